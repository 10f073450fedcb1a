import { preview } from 'astro'
import { builtFolder, siteFolder } from './paths.ts'

/**
 * Serves the site that was built on the loopback, until the process ends.
 *
 * @param port - 0 for any that is free.
 * @returns Its address.
 */
export async function serveSite(port: number, base: string): Promise<string> {
  const server = await preview({
    root: siteFolder,
    base,
    outDir: builtFolder,
    server: { host: '127.0.0.1', port },
    logLevel: 'error',
  })
  return `http://127.0.0.1:${server.port}${base}`
}
