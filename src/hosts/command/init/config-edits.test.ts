import { describe, expect, test } from 'vitest'
import { withJestKey, withJestParts, withLoadCall, withPlugin } from './config-edits.ts'

type Edit = typeof withPlugin

/** Returns the edited text; an edited text needs no second edit. */
function edited(edit: Edit, text: string): string {
  const result = edit(text)
  if (typeof result === 'string') return result
  expect(edit(result.text)).toBe('present')
  return result.text
}

describe('the plugin in a configuration of Vitest', () => {
  test('joins other plugins, in the style of the file', () => {
    const text = `/// <reference types="vitest/config" />
import { defineConfig } from 'vitest/config';
import paths from 'vite-tsconfig-paths';

export default defineConfig({
  // Resolves aliases.
  plugins: [paths()],
  test: { globals: true },
});
`
    expect(edited(withPlugin, text)).toBe(
      text
        .replace("paths';\n", "paths';\nimport { load } from 'describe-load/plugin';\n")
        .replace('[paths()]', '[paths(), load()]'),
    )
  })

  test('keeps lines, double quotes and trailing commas', () => {
    const text = `import react from "@vitejs/plugin-react"
import { defineConfig } from "vite"

export default defineConfig({
\tplugins: [
\t\treact(),
\t],
})
`
    expect(edited(withPlugin, text)).toBe(`import react from "@vitejs/plugin-react"
import { defineConfig } from "vite"
import { load } from "describe-load/plugin"

export default defineConfig({
\tplugins: [
\t\treact(),
\t\tload(),
\t],
})
`)
  })

  test.each([
    ['an object without plugins', `export default { test: {} }\n`, `{ plugins: [load()], test: {} }`],
    ['an empty object', `export default {}\n`, `{ plugins: [load()] }`],
    ['an empty list', `export default { plugins: [] }\n`, `{ plugins: [load()] }`],
    ['lines', `export default {\n  test: {},\n}\n`, `{\n  plugins: [load()],\n  test: {},\n}`],
    ['a function', `export default defineConfig(() => ({ test: {} }))\n`, `({ plugins: [load()], test: {} })`],
    [
      'a function with a body',
      `export default defineConfig(({ mode }) => {\n  const a = mode\n  return { plugins: [a] }\n})\n`,
      `{ plugins: [a, load()] }`,
    ],
    ['a constant', `const config = { test: {} }\nexport default config\n`, `{ plugins: [load()], test: {} }`],
    [
      'a merged configuration',
      `export default mergeConfig(base, defineConfig({ test: {} }))\n`,
      `defineConfig({ plugins: [load()], test: {} })`,
    ],
    [
      'types',
      `export default { test: {} } satisfies ViteUserConfig\n`,
      `{ plugins: [load()], test: {} } satisfies ViteUserConfig`,
    ],
    ['another load', `import load from './load'\nexport default { plugins: [load] }\n`, `[load, loadTests()]`],
  ])('is added to %s', (_, text, expected) => {
    expect(edited(withPlugin, text)).toContain(expected)
  })

  test.each([
    ['computes its object', `export default makeConfig()\n`],
    ['computes its plugins', `export default { plugins: pluginsOf() }\n`],
    ['spreads another object', `export default { ...base }\n`],
    ['returns in several places', `export default () => { if (x) return {}; return {} }\n`],
    ['is CommonJS', `module.exports = { plugins: [] }\n`],
    ['is not JavaScript', `export default {`],
  ])('is not added to a file that %s', (_, text) => {
    expect(withPlugin(text)).toBe('unusual')
  })
})

describe('withLoad in a configuration of Playwright', () => {
  test('goes around the object that `npm init playwright` writes', () => {
    const text = `import { defineConfig, devices } from '@playwright/test';

/**
 * See https://playwright.dev/docs/test-configuration.
 */
export default defineConfig({
  testDir: './tests',
  retries: process.env.CI ? 2 : 0,
  projects: [{ name: 'chromium', use: { ...devices['Desktop Chrome'] } }],
});
`
    expect(edited(withLoadCall, text)).toBe(
      text
        .replace("test';\n", "test';\nimport { withLoad } from 'describe-load/playwright';\n")
        .replace('default defineConfig(', 'default withLoad(defineConfig(')
        .replace('});\n', '}));\n'),
    )
  })

  test('is required in a CommonJS file', () => {
    const text = `// @ts-check\nconst { defineConfig } = require("@playwright/test")\n\nmodule.exports = defineConfig({})\n`
    expect(edited(withLoadCall, text)).toBe(
      `// @ts-check\nconst { defineConfig } = require("@playwright/test")\nconst { withLoad } = require("describe-load/playwright")\n\nmodule.exports = withLoad(defineConfig({}))\n`,
    )
  })

  test.each([
    ['types', `export default { workers: 2 } satisfies Config\n`, `withLoad({ workers: 2 }) satisfies Config`],
    ['a constant', `const config: Config = {}\nexport default config\n`, `export default withLoad(config)`],
    ['a computed object', `export default configOf('a')\n`, `export default withLoad(configOf('a'))`],
    ['no imports', `// @ts-check\nmodule.exports = {}\n`, `// @ts-check\nconst { withLoad } = require(`],
  ])('goes around %s', (_, text, expected) => {
    expect(edited(withLoadCall, text)).toContain(expected)
  })

  test.each([
    ['has a project of its name', `export default { projects: [{ name: 'load' }] }\n`],
    ['exports nothing', `const config = {}\n`],
    ['is not JavaScript', `export default {`],
  ])('is not added to a file that %s', (_, text) => {
    expect(withLoadCall(text)).toBe('unusual')
  })
})

describe('the preset in a configuration of Jest', () => {
  test.each([
    ['CommonJS', `module.exports = { verbose: true }\n`, `{ preset: 'describe-load', verbose: true }`],
    [
      'a typed constant',
      `const config: Config = {\n  verbose: true,\n}\n\nexport default config\n`,
      `preset: 'describe-load'`,
    ],
    [
      'another preset',
      `module.exports = { preset: 'ts-jest' }\n`,
      `{ runner: 'describe-load/jest-runner', reporters: ['default', 'describe-load/jest-reporter'], preset: 'ts-jest' }`,
    ],
    [
      'other reporters',
      `module.exports = { reporters: ['default', 'jest-junit'] }\n`,
      `{ runner: 'describe-load/jest-runner', reporters: ['default', 'jest-junit', 'describe-load/jest-reporter'] }`,
    ],
    ['a spread', `module.exports = { ...preset.transform }\n`, `runner: 'describe-load/jest-runner'`],
  ])('is added to %s', (_, text, expected) => {
    expect(edited(withJestParts, text)).toContain(expected)
  })

  test.each([
    ['has projects', `module.exports = { projects: [] }\n`],
    ['has a runner', `module.exports = { runner: 'jest-light-runner' }\n`],
    ['computes its reporters', `module.exports = { reporters: reporters() }\n`],
  ])('is not added to a file that %s', (_, text) => {
    expect(withJestParts(text)).toBe('unusual')
  })

  test('is added to package.json, whose layout stays', () => {
    const text = `{\n  "name": "shop",\n  "jest": {\n    "rootDir": "src"\n  }\n}\n`
    expect(edited(withJestKey, text)).toBe(text.replace(`"src"`, `"src",\n    "preset": "describe-load"`))
    expect(withJestKey(text.replace('"name": "shop"', '"name":"shop"'))).toBe('unusual')
    expect(edited(withJestKey, text.replace('"rootDir": "src"', '"preset": "ts-jest"'))).toContain(
      '"runner": "describe-load/jest-runner"',
    )
  })
})
