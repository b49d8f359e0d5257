import { mapValues } from '../../../model/map-values.ts'
import type { CommandTarget, RefTarget } from '../../../model/target.ts'
import type { RefCheckout } from './check-out-ref.ts'
import { relocated, searchPath } from './relocate.ts'

/**
 * Returns the target that runs the code of a checkout: the candidate, with the command and the environment of the ref if
 * it has them. Absolute paths of the working tree would start the candidate a second time, so they become those of the
 * checkout.
 */
export function targetOfRef(
  { moved, directory }: Pick<RefCheckout, 'moved' | 'directory'>,
  ref: RefTarget,
  candidate: CommandTarget,
): CommandTarget {
  return {
    ...candidate,
    command: (ref.command ?? candidate.command).map((word) => relocated(word, moved)),
    env: {
      ...searchPath(moved),
      ...mapValues({ ...candidate.env, ...ref.env }, (value) => relocated(value, moved)),
    },
    cwd: directory,
  }
}
