import './supported-node.ts'
export { LoadRunner as default } from './hosts/jest/runner.ts'
