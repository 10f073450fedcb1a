import { NATIVE_TOKEN } from '@sluice/protocol'
import { expect, it } from 'vitest'
import { memoryPayments, NETWORK, PAYEE_SIGNER } from '../testing/memory-payments.ts'
import { type DiscoveryOptions, describeApi, describeSeller } from './discovery.ts'

const options: DiscoveryOptions = {
  payee: memoryPayments().payee,
  asset: NATIVE_TOKEN,
  window: 100n,
  url: 'https://shop.example/api/',
  routes: [
    { path: '/health', cost: 'free' },
    {
      method: 'POST',
      path: '/v1/*/chat',
      type: 'application/json',
      description: 'Says something.',
      mimeType: 'text/event-stream',
      cost: {
        price: [
          { unit: 'call', amount: 7n },
          { unit: 'byte', amount: 1n, per: 1024n },
        ],
        payment: 'upfront',
      },
    },
    { path: '/film/*', cost: { price: [{ unit: 'call', amount: 3n }] } },
  ],
}

it('says what a seller sells, to whom it is paid, and over which hubs', () => {
  const described = describeSeller(options)
  expect(described).toMatchObject({ network: NETWORK, signer: PAYEE_SIGNER, window: '100', hubs: [{}] })
  expect(described).toMatchObject({
    routes: [
      { path: '/health', price: 'free' },
      {
        method: 'POST',
        price: [
          { unit: 'call', amount: '7' },
          { unit: 'byte', amount: '1', per: '1024' },
        ],
        payment: 'upfront',
        charges: [2],
      },
      { path: '/film/*', payment: 'credit' },
    ],
  })
  expect(JSON.parse(JSON.stringify(described))).toEqual(described)
})

it('says it as an OpenAPI document with prices', () => {
  const api = describeApi(options) as { paths: Record<string, Record<string, object>> }
  expect(Object.keys(api.paths)).toEqual(['/v1/{part1}/chat', '/film/{part1}'])
  expect(api).toMatchObject({ openapi: '3.1.0', servers: [{ url: 'https://shop.example/api/' }] })
  expect(api.paths['/v1/{part1}/chat']?.post).toMatchObject({
    summary: 'Says something.',
    parameters: [{ name: 'part1', in: 'path', required: true }],
    'x-payment-info': { pricingMode: 'metered', amount: '7', accepts: [{ scheme: 'sluice', amount: '7' }] },
  })
  expect(Object.keys(api.paths['/film/{part1}'] ?? {})).toEqual(['get', 'post'])
  expect(api.paths['/film/{part1}']?.get).toMatchObject({ 'x-payment-info': { pricingMode: 'fixed', amount: '3' } })
})
