import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { isOpen } from '../harness.ts'

/** Debian has it where users' PATH does not look. */
function command(): string {
  const { SLUICE_NGINX } = process.env
  if (SLUICE_NGINX !== undefined) return SLUICE_NGINX
  return existsSync('/usr/sbin/nginx') ? '/usr/sbin/nginx' : 'nginx'
}

export interface Nginx {
  /** Without TLS, and with it. */
  readonly url: string
  readonly secureUrl: string
  /** The certificate that it shows, which nobody has signed. */
  readonly certificate: string
  readonly stop: () => Promise<void>
}

/** Two ports that were free just now. */
async function freePorts(): Promise<readonly [number, number]> {
  const servers = [createServer(), createServer()]
  for (const server of servers) await once(server.listen(0, '127.0.0.1'), 'listening')
  const [first, second] = servers.map((server) => (server.address() as AddressInfo).port)
  for (const server of servers) await once(server.close(), 'close')
  return [first ?? 0, second ?? 0]
}

/** Runs an nginx with its usual buffers, gzip and TLS in front of a server. */
export async function startNginx(folder: string, behind: string): Promise<Nginx> {
  mkdirSync(folder, { recursive: true })
  const [port, securePort] = await freePorts()
  const certificate = join(folder, 'certificate.pem')
  const key = join(folder, 'key.pem')
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1']
  const made = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', key, '-out', certificate]
  execFileSync('openssl', [...made, ...subject], { stdio: 'ignore' })
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${join(folder, name)};`,
  )
  const configuration = `
${process.getuid?.() === 0 ? 'user root;' : ''}
daemon off;
worker_processes 1;
pid ${join(folder, 'nginx.pid')};
error_log ${join(folder, 'error.log')};
events { worker_connections 64; }
http {
  access_log off;
  ${temporary.join('\n  ')}
  gzip on;
  gzip_proxied any;
  gzip_min_length 1;
  gzip_types application/json text/plain application/octet-stream;
  ssl_certificate ${certificate};
  ssl_certificate_key ${key};
  server {
    listen 127.0.0.1:${port};
    listen 127.0.0.1:${securePort} ssl;
    location / {
      proxy_pass ${behind};
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_set_header X-Forwarded-Proto $scheme;
      proxy_set_header X-Forwarded-Host $host;
    }
  }
}`
  const file = join(folder, 'nginx.conf')
  writeFileSync(file, configuration)
  const child = spawn(command(), ['-p', folder, '-c', file, '-e', join(folder, 'error.log')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  const ended = once(child, 'exit')
  while (!(await isOpen(port))) {
    if (child.exitCode !== null) throw new Error(`nginx ended: ${said}`)
    await new Promise(setImmediate)
  }
  return {
    url: `http://127.0.0.1:${port}`,
    secureUrl: `https://127.0.0.1:${securePort}`,
    certificate,
    stop: async () => {
      child.kill('SIGTERM')
      await ended
    },
  }
}
