/**
 * True in the complete test run (`npm test`), which runs every suite in a few minutes and therefore shortens them. A
 * single suite (`vitest run suites/scenarios`) runs at full length.
 */
export const shortened: boolean = process.env['npm_lifecycle_event'] === 'test'
