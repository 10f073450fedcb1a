// Loaded first into a process that is measured: writes what it took when it ends.
import { writeFileSync } from 'node:fs'

process.on('exit', () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage()
  const usage = { cpu: (userCPUTime + systemCPUTime) / 1e6, memory: maxRSS / 1024 }
  writeFileSync(String(process.env.SLUICE_BENCH_USAGE), JSON.stringify(usage))
})
