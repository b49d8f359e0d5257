import { load } from 'describe-load/plugin'
import { configDefaults, defineConfig } from 'vitest/config'

// The gate compares with `main` of the repository that `gate/run.ts` creates.
export default defineConfig({ plugins: [load()], test: { exclude: [...configDefaults.exclude, 'gate/**'] } })
