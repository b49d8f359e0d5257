import { BlockList, isIP } from 'node:net'
import { domainToASCII } from 'node:url'

/** An address that a host name resolves to. */
export interface HostAddress {
  readonly address: string
  readonly family: 4 | 6
}

const LOOPBACK = networks(['127.0.0.0/8', '::1'])

/** Whether the address is in 127.0.0.0/8 or is ::1, even if an IPv4 address is written as IPv6. */
export function isLoopback({ address, family }: HostAddress): boolean {
  return LOOPBACK.check(address, familyName(family))
}

/**
 * Whether a host may be loaded: an entry names it, or each of its addresses is loopback or in an entry's network. A
 * name alone does not prove loopback: `localhost.example.com` may resolve to any address, and to a different one later.
 */
export function isAllowedHost(host: string, addresses: readonly HostAddress[], allowHosts: readonly string[]): boolean {
  const name = plainName(host)
  if (allowHosts.some((entry) => isNamedBy(name, entry))) return true
  const allowed = networks(allowHosts.filter((entry) => isIP(entry.split('/')[0] ?? '') !== 0))
  return (
    addresses.length > 0 &&
    addresses.every((each) => isLoopback(each) || allowed.check(each.address, familyName(each.family)))
  )
}

/** `*.example.com` matches every host below it at any depth, but not `example.com` itself. */
function isNamedBy(name: string, entry: string): boolean {
  return entry.startsWith('*.') ? name.endsWith(`.${plainName(entry.slice(2))}`) : name === plainName(entry)
}

function plainName(host: string): string {
  const bare = host.replace(/\.$/, '')
  return domainToASCII(bare) || bare.toLowerCase()
}

function networks(entries: readonly string[]): BlockList {
  const list = new BlockList()
  for (const entry of entries) {
    const [address = '', prefix] = entry.split('/')
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
    if (prefix === undefined) list.addAddress(address, family)
    else list.addSubnet(address, Number(prefix), family)
  }
  return list
}

function familyName(family: 4 | 6): 'ipv4' | 'ipv6' {
  return family === 6 ? 'ipv6' : 'ipv4'
}
