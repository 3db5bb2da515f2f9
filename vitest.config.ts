import { defineConfig } from 'vitest/config'
import { ClosingLine } from './test/closing-line.ts'

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // ONNX Runtime uses both cores by itself: files in parallel would only fight over them.
    fileParallelism: false,
    pool: 'forks',
    reporters: ['default', new ClosingLine()],
  },
})
