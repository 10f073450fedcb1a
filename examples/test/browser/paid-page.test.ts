import { expect, it } from 'vitest'
import { startExample } from '../start-example.ts'
import { openPage } from './open-page.ts'

it('sells articles and a picture one by one to a client in the page, which then takes its money back', async () => {
  await using example = startExample('paid-page')
  const [, url = ''] = await example.says(/Open (\S+)/)
  await using opened = await openPage(url)
  const { page, complaints } = opened
  await page.getByText('channel open: 100 nanoFIL left, 0 paid').waitFor()
  for (const article of await page.locator('article').all()) await article.locator('button').click()
  await page.getByText('What you paid for this text').waitFor()
  await page.getByText('What if it had refused?').waitFor()
  await page.getByText('channel open: 90 nanoFIL left, 10 paid').waitFor()
  expect(await page.evaluate("document.querySelector('article img').naturalWidth")).toBeGreaterThan(0)
  await example.says(/10 in all/)
  await page.getByText('take the rest back').click()
  await page.getByText('channel closed').waitFor()
  expect(complaints).toEqual([])
  await example.interrupt()
})
