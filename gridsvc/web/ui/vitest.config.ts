import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'
import { path } from './vite/common.ts'

export default defineConfig({
  plugins: [vue()],
  resolve: { alias: { '@': path('src') } },
  define: { __BUILD__: '"test"' },
  test: { include: ['tests/**/*.test.ts'] },
})
