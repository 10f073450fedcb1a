import { type MeasureRequest, measure } from './measure.ts'

process.once('message', async (request: MeasureRequest) => {
  process.send?.(await measure(request))
})
// Whoever asked is gone, however it went: so is this.
process.on('disconnect', () => process.exit())
