/** The process of one server of the demo. The first argument contains its options as JSON. */
import { serve, serveAny } from './serve.ts'
import type { CapacityOptions } from './capacity.ts'
import type { WorkOptions } from './work/index.ts'

/** `work` does the same work over a protocol; `capacity` serves a known number of requests at a time. */
export type DemoServerOptions =
  | ({ readonly kind: 'work' } & WorkOptions)
  | ({ readonly kind: 'capacity' } & CapacityOptions)

const { kind } = JSON.parse(process.argv[2] ?? '{}') as DemoServerOptions

// Loads only the modules that this server needs.
if (kind === 'work') await serveAny((await import('./work/index.ts')).work)
else await serve((await import('./capacity.ts')).capacity)
