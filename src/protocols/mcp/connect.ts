import type { ConnectContext, Connection } from '../../model/protocol.ts'
import type { McpRequest } from './request.ts'
import { channelTo, overHttp, placeOf } from './channels.ts'
import type { Negotiated } from './channel.ts'
import { McpConnection } from './connection.ts'
import { Dialogue } from './dialogue.ts'
import { shakeHands } from './handshake.ts'
import { negotiate } from './negotiation.ts'
import type { McpOptions } from './options.ts'
import { encodersFor } from './request-encoding.ts'

/** Opens a connection and performs the handshake if the era has one. Negotiates first if no one has done so yet. */
export async function connect(
  target: URL,
  context: ConnectContext,
  options: McpOptions,
): Promise<Connection<McpRequest>> {
  const spoken = (context.negotiated as Negotiated | undefined) ?? (await negotiate(target, context, options))
  const dialogue = await Dialogue.open(await channelTo(target), target, context, spoken, options)
  try {
    const { era } = spoken
    const version =
      era === 'modern' ? spoken.version : await shakeHands(dialogue, placeOf(target), context.signal, spoken.version)
    if (version !== spoken.version) context.log(`${placeOf(target)} chose MCP ${version} instead of ${spoken.version}`)
    return new McpConnection(dialogue, {
      version,
      encoders: encodersFor({ ...spoken, version }),
      // Over HTTP in the modern era, closing the stream of the reply cancels the call.
      cancels: era === 'legacy' || !overHttp(target),
      reuse: context.reuse,
    })
  } catch (error) {
    dialogue.destroy()
    throw error
  }
}
