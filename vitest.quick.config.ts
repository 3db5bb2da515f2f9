import { defineConfig } from 'vitest/config'
import base from './vitest.config.ts'

/**
 * `npm run test:quick`: what says within a minute, on two cores, whether a change broke something. All units beside the
 * code, and the integration tests that train nothing, start no program and read with no weights of the package. `npm test`
 * is the whole suite. A file that takes over five seconds on an idle machine does not belong here.
 */
export default defineConfig({
  test: {
    ...base.test,
    include: [
      'src/**/*.test.ts',
      'test/{data,golden,loss,study,tensor,wasm}/*.test.ts',
      'test/model/parameters.test.ts',
      'test/recognize/step-graphs.test.ts',
      'test/serve/routes.test.ts',
      'test/synth/{camera,layout,signs,words}.test.ts',
      'test/train/muon.test.ts',
    ],
    // Most of these compute in JavaScript alone: a file on each core.
    fileParallelism: true,
    maxWorkers: 2,
  },
})
