/** Types of `jest.cjs`. */
export * from './jest.js'
