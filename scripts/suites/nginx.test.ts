import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { nginxAbsence } from './nginx.ts'

test('the tests behind nginx run where nginx and openssl are', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-nginx-'))
  try {
    const environment = { PATH: folder }
    expect(nginxAbsence(environment, [])).toContain('there is no nginx')
    writeFileSync(join(folder, 'nginx'), '')
    expect(nginxAbsence(environment, [])).toContain('there is no openssl')
    writeFileSync(join(folder, 'openssl'), '')
    expect(nginxAbsence(environment, [])).toBeUndefined()
    rmSync(join(folder, 'nginx'))
    expect(nginxAbsence({ ...environment, SLUICE_NGINX: '/opt/nginx' }, [])).toBeUndefined()
  } finally {
    rmSync(folder, { recursive: true })
  }
})
