/**
 * Program that checks out a ref as another process does. Its arguments are a `RefTarget` as JSON, and how long it uses
 * the checkout, in ms. It prints the folder of the checkout.
 */
import { argv, cwd, stdout } from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import type { RefTarget } from '../../../model/target.ts'
import { checkOutRef } from './check-out-ref.ts'

const [, , target = '', useMs = '0'] = argv
const signal = new AbortController().signal
const checkout = await checkOutRef(JSON.parse(target) as RefTarget, { cwd: cwd(), log: () => {}, signal })
stdout.write(`${checkout.directory}\n`)
await sleep(Number(useMs))
checkout.release()
