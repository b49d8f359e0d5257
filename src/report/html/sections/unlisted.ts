import { unlistedLines } from '../../unlisted-section.ts'
import { listOf } from '../list-of.ts'
import type { Section } from './section.ts'

/** Requests that the target received in addition to those of the results. */
export const unlisted: Section = {
  id: 'unlisted',
  title: 'Also sent, but not included above',
  render: ({ run }) => listOf(unlistedLines(run)),
}
