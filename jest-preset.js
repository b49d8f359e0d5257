/** `preset: 'describe-load'` in the configuration of Jest. */
import { fileURLToPath } from 'node:url'

const fileOf = (name) => fileURLToPath(new URL(`dist/${name}.js`, import.meta.url))

// Of a preset, Jest takes no part of a list that the configuration has as well, such as `reporters`.
export default {
  runner: fileOf('jest-runner'),
  reporters: ['default', fileOf('jest-reporter')],
}
