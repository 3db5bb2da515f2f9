import { defineConfig } from 'vite'

/** Threads of WebAssembly need a page of its own: these headers isolate it. */
const headers = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' }

export default defineConfig({
  root: import.meta.dirname,
  base: './',
  build: { outDir: 'dist', emptyOutDir: true, target: 'es2022', assetsInlineLimit: 0 },
  worker: { format: 'es' },
  server: { headers, fs: { allow: ['..'] } },
  preview: { headers },
  optimizeDeps: { exclude: ['onnxruntime-web'] },
})
