import { load } from 'describe-load/plugin'
import { defineConfig } from 'vitest/config'

export default defineConfig({ plugins: [load()] })
