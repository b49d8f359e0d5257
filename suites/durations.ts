/**
 * The whole test run (`npm test`) takes every suite, and has minutes for all of them: there suites are shortened. Whoever
 * names one (`vitest run suites/scenarios`) gets it at its full length.
 */
export const shortened: boolean = process.env['npm_lifecycle_event'] === 'test'
