/** The operations that a user may define for a suite. */
export const OPERATION_NAMES = ['read', 'write', 'stream', 'batch'] as const

export type OperationName = (typeof OPERATION_NAMES)[number]

/** Operations that a part of a suite needs, and for which no request is known. */
export interface MissingOperations {
  readonly protocol: string
  readonly operations: readonly OperationName[]
}
