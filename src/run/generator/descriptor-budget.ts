import { ConnectError } from '../../model/connect-error.ts'
import type { Connection } from '../../model/protocol.ts'

/**
 * Limits the descriptors that the connections of one generator thread use. An attempt beyond the limit fails with class
 * `local-files` and leaves descriptors for files that Node opens.
 */
export class DescriptorBudget {
  readonly #limit: number
  #taken = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  /** Connects with `connect`. Reserves `descriptors` from now until its connection has closed. */
  async connect<Request>(
    descriptors: number,
    connect: () => Promise<Connection<Request>>,
  ): Promise<Connection<Request>> {
    if (this.#taken + descriptors > this.#limit) {
      const used = `the connections of this thread use ${this.#taken} of at most ${this.#limit} file descriptors`
      throw new ConnectError('local-files', used)
    }
    this.#taken += descriptors
    const free = (): void => void (this.#taken -= descriptors)
    try {
      const connection = await connect()
      void connection.closed.then(free, free)
      return connection
    } catch (error) {
      free()
      throw error
    }
  }
}
