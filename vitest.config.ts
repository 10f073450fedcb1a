import { defineConfig } from 'vitest/config'

/** Tests beside their sources: quick, no process started. */
export const unitTests = [
  '{packages,apps}/*/{src,scripts}/**/*.test.ts',
  'bench/src/**/*.test.ts',
  '{specs,scripts,site/src,contracts/src-ts,contracts/scripts}/**/*.test.ts',
]

/** Tests that drive the real commands as processes against a real chain. */
export const integrationTests = ['apps/*/test/integration/**/*.test.ts', 'examples/test/integration/**/*.test.ts']

/** Tests in a real browser, which has to be there: Debian's package chromium, or the one that SLUICE_CHROMIUM names. */
export const browserTests = ['apps/*/test/browser/**/*.test.ts', 'examples/test/browser/**/*.test.ts']

/** Tests behind nginx, which has to be there: Debian's packages nginx-light and openssl, or the nginx that SLUICE_NGINX names. */
export const nginxTests = ['apps/*/test/nginx/**/*.test.ts']

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: unitTests,
          exclude: integrationTests,
          // For what hangs, not for what is slow: on a busy machine everything is.
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'integration',
          include: integrationTests,
          // Each file starts processes and a chain of its own: one file at a time on the two cores that CI has.
          fileParallelism: false,
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
      {
        test: {
          name: 'nginx',
          include: nginxTests,
          fileParallelism: false,
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
      {
        test: {
          name: 'browser',
          include: browserTests,
          fileParallelism: false,
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
})
