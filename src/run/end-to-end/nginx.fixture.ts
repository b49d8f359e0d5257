import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { cert, key } from '../../protocols/http/localhost-certificate.fixture.ts'
import { freePort } from '../../model/free-port.ts'

/** Why nginx cannot be started on this machine; undefined if it can. */
export const noNginx: string | undefined =
  spawnSync('nginx', ['-v']).status === 0 ? undefined : 'nginx is not installed (Debian package nginx-light)'

export interface Nginx extends AsyncDisposable {
  readonly url: string
  /** The same server over TLS, with HTTP/2 by ALPN. */
  readonly secureUrl: string
  /** The same server over TLS, with HTTP/1.1 only. */
  readonly secureOneUrl: string
}

/** Starts a real nginx with one worker and an 11-byte response, on free ports, with its files in a temporary folder. */
export async function startNginx({
  keepaliveRequests = 1_000,
  connections = 2_048,
}: { readonly keepaliveRequests?: number; readonly connections?: number } = {}): Promise<Nginx> {
  const folder = await mkdtemp(join(tmpdir(), 'describe-load-nginx-'))
  const [port, securePort, secureOnePort] = [await freePort(), await freePort(), await freePort()]
  await Promise.all([writeFile(join(folder, 'cert.pem'), cert), writeFile(join(folder, 'key.pem'), key)])
  const answers200 = `location / { return 200 'hello world'; } location /missing { return 404; }`
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  await writeFile(
    join(folder, 'nginx.conf'),
    `daemon off; worker_processes 1; pid ${folder}/pid; error_log stderr crit;
     events { worker_connections ${connections}; }
     http {
       access_log off; client_max_body_size 0; keepalive_requests ${keepaliveRequests};
       ${temporary.map((name) => `${name}_temp_path ${folder}/${name};`).join(' ')}
       ssl_certificate ${folder}/cert.pem; ssl_certificate_key ${folder}/key.pem;
       server { listen 127.0.0.1:${port}; ${answers200} }
       server { listen 127.0.0.1:${securePort} ssl http2; ${answers200} }
       server { listen 127.0.0.1:${secureOnePort} ssl; ${answers200} }
     }`,
  )
  const server = spawn('nginx', ['-p', folder, '-c', join(folder, 'nginx.conf')], { stdio: 'ignore' })
  const exited = once(server, 'exit')
  const url = `http://127.0.0.1:${port}`
  for (let attempt = 0; !(await answers(url)); attempt++) {
    if (attempt > 100) throw new Error('nginx did not start')
    await setTimeout(50)
  }
  return {
    url,
    secureUrl: `https://localhost:${securePort}`,
    secureOneUrl: `https://localhost:${secureOnePort}`,
    async [Symbol.asyncDispose]() {
      server.kill('SIGTERM')
      await exited
      await rm(folder, { recursive: true })
    },
  }
}

async function answers(url: string): Promise<boolean> {
  return fetch(url).then(
    (response) => response.ok,
    () => false,
  )
}
