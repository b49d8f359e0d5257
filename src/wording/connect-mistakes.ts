import type { ConnectMistake } from '../model/connect-error.ts'

/** Returns what to change in the plan. `url`: the target as the plan has it. */
export function connectRemedy(mistake: ConnectMistake, url: URL): string {
  switch (mistake) {
    case 'untrusted-certificate':
      return (
        "trust its certificate with tls: { ca: readFileSync('ca.pem', 'utf8') }, or accept any certificate with " +
        'tls: { rejectUnauthorized: false }'
      )
    case 'certificate-name':
      return "write the target with a name of the certificate, or name it with tls: { servername: 'example.com' }"
    case 'certificate-date':
      return 'renew the certificate and check the clock, or accept it with tls: { rejectUnauthorized: false }'
    case 'no-tls':
      return `write target: '${withoutTls(url)}'`
    case 'tls':
      return `the server speaks TLS on this port: write target: '${withTls(url)}'`
    case 'no-credentials':
      return "send credentials with headers: { authorization: 'Bearer …' }"
    case 'wrong-path':
      return `check the path of the target: ${url.pathname}`
  }
}

/** Returns the URL with the scheme for TLS. */
export function withTls(url: URL): string {
  const scheme = url.protocol === 'tcp:' ? 'tls:' : url.protocol.replace(/:$/, 's:')
  return url.href.replace(url.protocol, scheme)
}

function withoutTls(url: URL): string {
  const scheme = url.protocol === 'tls:' ? 'tcp:' : url.protocol.replace(/s:$/, ':')
  return url.href.replace(url.protocol, scheme)
}
