// `node scripts/examples/film.ts`: records the film of the example paid-video, which a page in Chromium draws. The film is kept in the
// repository, so that nobody needs this to run the example.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { root } from '../process/workspaces.ts'

const SECONDS = 20

/** Runs in the page: draws a boat that goes through a lock, and records what is drawn. Answers the film, base64. */
const record = `async () => {
  const canvas = Object.assign(document.createElement('canvas'), { width: 480, height: 270 })
  const context = canvas.getContext('2d')
  const box = (color, x, y, width, height) => {
    context.fillStyle = color
    context.fillRect(x, y, width, height)
  }
  const mix = (from, to, part) => from + (to - from) * Math.min(1, Math.max(0, part))
  const draw = (time) => {
    // In through the open gate, down with the water, out at the other side.
    const level = mix(150, 205, (time - 6) / 7)
    const x = time < 6 ? mix(-70, 195, time / 5.5) : mix(195, 500, (time - 13.5) / 6)
    const y = time < 6 ? 150 : time < 13.5 ? level : 205
    box('#fdebd0', 0, 0, 480, 270)
    box('#9aa873', 0, 120, 480, 150)
    box('#2a9d8f', 0, 150, 150, 120)
    box('#2a9d8f', 150, level, 180, 270 - level)
    box('#2a9d8f', 330, 205, 150, 65)
    box('#e76f51', x, y - 12, 80, 20)
    box('#fff8ee', x + 22, y - 30, 34, 18)
    box('#3c2f26', x + 64, y - 52, 4, 40)
    box('#5b4636', 146, time < 5.6 ? 30 : 110, 8, time < 5.6 ? 70 : 160)
    box('#5b4636', 326, time > 13.2 ? 30 : 110, 8, time > 13.2 ? 70 : 160)
    context.fillStyle = '#3c2f26'
    context.font = 'bold 26px sans-serif'
    context.fillText(time.toFixed(0) + ' s', 12, 34)
  }
  draw(0)
  const recorder = new MediaRecorder(canvas.captureStream(12), {
    mimeType: 'video/webm;codecs=vp8',
    videoBitsPerSecond: 30_000,
    videoKeyFrameIntervalDuration: 2000,
  })
  const parts = []
  recorder.ondataavailable = ({ data }) => parts.push(data)
  recorder.start()
  const started = performance.now()
  for (let time = 0; time < ${SECONDS}; time = (performance.now() - started) / 1000) {
    draw(time)
    await new Promise((next) => setTimeout(next, 40))
  }
  recorder.stop()
  await new Promise((ended) => { recorder.onstop = ended })
  const bytes = new Uint8Array(await new Blob(parts).arrayBuffer())
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
}`

const browser = await chromium.launch({
  executablePath: process.env.SLUICE_CHROMIUM ?? '/usr/bin/chromium',
  chromiumSandbox: process.getuid?.() !== 0,
})
try {
  const page = await browser.newPage()
  const film = Buffer.from(String(await page.evaluate(`(${record})()`)), 'base64')
  writeFileSync(join(root, 'examples/paid-video/film.webm'), film)
  console.log(`${film.length} bytes, ${film.toString('latin1').split('\x1f\x43\xb6\x75').length - 1} segments`)
} finally {
  await browser.close()
}
