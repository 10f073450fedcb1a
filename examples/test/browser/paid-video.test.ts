import { expect, it } from 'vitest'
import { startExample } from '../start-example.ts'
import { openPage } from './open-page.ts'

const VIDEO = "document.querySelector('video')"

it('buys of a video what is seen of it, wherever somebody jumps', async () => {
  await using example = startExample('paid-video')
  const [, url = ''] = await example.says(/Open (\S+)/)
  await using opened = await openPage(url)
  const { page, complaints } = opened
  await page.getByText('nothing paid yet').waitFor()
  await page.evaluate(`${VIDEO}.play()`)
  // At once: the film plays on, and buys, while one question follows the other.
  await page.waitForFunction(`${VIDEO}.currentTime > 1 && (${VIDEO}.currentTime = 17)`)
  await page.waitForFunction(`${VIDEO}.ended`)
  const bought = await page.locator('#segments .bought').count()
  expect(bought).toBeGreaterThanOrEqual(4)
  expect(bought).toBeLessThan(await page.locator('#segments i').count())
  expect(await page.locator('#segments i').nth(5).getAttribute('class')).toBeNull()
  await page.getByText(/^[1-9]\d*\.\d nanoFIL paid$/).waitFor()
  await example.says(new RegExp(`(a segment sold [^\n]*\n){${bought}}`))
  expect(complaints).toEqual([])
  await example.interrupt()
})
