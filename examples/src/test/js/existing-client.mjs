// The platform's existing service client, as its TypeScript services and pages have it, against our gateway.
//
// The class below is what the wire contract says about that client, in plain JavaScript for Node 20's own fetch: it
// knows nothing of iWorX, parses every body as JSON and throws Error(data.error) for anything but a 2xx. The steps after
// it use get, post, put and delete on assets and meet an error. Each prints one JSON line; the first mismatch ends the
// script with exit code 1.
//
//   GATEWAY_URL=http://localhost:8080 ANON_KEY=… SERVICE_ROLE_KEY=… node existing-client.mjs
//
// ANON_KEY and SERVICE_ROLE_KEY are HS256 JWTs with the roles anon and service_role, signed with the gateway's secret.
// USER_ID and ORGANIZATION_ID may name the user that the service acts for.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'

class ServiceClient {
  constructor({ serviceName, baseUrl, apiKey, serviceRoleKey }) {
    this.serviceName = serviceName
    this.gatewayUrl = `${baseUrl}/functions/v1/api-gateway`
    this.apiKey = apiKey
    this.serviceRoleKey = serviceRoleKey
  }

  async request(method, path, context, body) {
    const response = await fetch(`${this.gatewayUrl}/api${path}`, {
      method,
      headers: this.headers(context),
      body: body === undefined ? undefined : JSON.stringify(body)
    })
    const data = await response.json()
    if (!response.ok) {
      throw Object.assign(new Error(data.error || `Request failed with status ${response.status}`), {
        status: response.status
      })
    }
    return data
  }

  headers(context) {
    const headers = {
      'Content-Type': 'application/json',
      apikey: this.apiKey,
      Authorization: `Bearer ${this.serviceRoleKey}`,
      'x-correlation-id': context.correlationId,
      'x-calling-service': this.serviceName
    }
    if (context.userId) headers['x-user-id'] = context.userId
    if (context.organizationId) headers['x-organization-id'] = context.organizationId
    return headers
  }

  get(path, context) {
    return this.request('GET', path, context)
  }

  post(path, body, context) {
    return this.request('POST', path, context, body)
  }

  put(path, body, context) {
    return this.request('PUT', path, context, body)
  }

  delete(path, context) {
    return this.request('DELETE', path, context)
  }
}

function required(name) {
  const value = process.env[name]
  if (!value) {
    console.error(`${name} is not set; see the first lines of this file.`)
    process.exit(2)
  }
  return value
}

const baseUrl = required('GATEWAY_URL').replace(/\/+$/, '')
const client = new ServiceClient({
  serviceName: 'work-order-service',
  baseUrl,
  apiKey: required('ANON_KEY'),
  serviceRoleKey: required('SERVICE_ROLE_KEY')
})
const context = {
  correlationId: randomUUID(),
  userId: process.env.USER_ID ?? '00000000-0000-4000-8000-000000000001',
  organizationId: process.env.ORGANIZATION_ID ?? randomUUID()
}

async function step(name, work) {
  const started = performance.now()
  try {
    const result = await work()
    const ms = Math.round(performance.now() - started)
    console.log(JSON.stringify({ step: name, ok: true, ms, correlationId: context.correlationId, result }))
    return result
  } catch (error) {
    const told = { step: name, ok: false, correlationId: context.correlationId, error: String(error.message ?? error) }
    console.log(JSON.stringify(told))
    process.exit(1)
  }
}

async function refusal(work) {
  const error = await work().then(
    () => assert.fail('an error was expected, but the call succeeded'),
    thrown => thrown
  )
  assert.equal(typeof error.status, 'number', `no answer came: ${error.message}`)
  assert.ok(error.message && error.message !== `Request failed with status ${error.status}`, 'data.error is missing')
  return { status: error.status, error: error.message }
}

const created = await step('post', async () => {
  const asset = await client.post(
    '/assets',
    { name: 'Feed pump', asset_number: 'P-101', type: 'pump', status: 'operational', criticality: 'high' },
    context
  )
  assert.equal(typeof asset.id, 'string')
  assert.equal(asset.name, 'Feed pump')
  assert.equal(asset.asset_number, 'P-101')
  assert.equal(asset.organization_id, context.organizationId)
  return asset
})

await step('get', async () => {
  const asset = await client.get(`/assets/${created.id}`, context)
  assert.deepEqual(asset, created)
  return asset
})

await step('get all', async () => {
  const assets = await client.get('/assets', context)
  assert.ok(Array.isArray(assets))
  assert.deepEqual(assets.find(asset => asset.id === created.id), created)
  return { count: assets.length }
})

await step('put', async () => {
  const asset = await client.put(`/assets/${created.id}`, { ...created, status: 'maintenance' }, context)
  assert.equal(asset.status, 'maintenance')
  assert.equal(asset.id, created.id)
  return asset
})

await step('another organization sees nothing', async () => {
  const told = await refusal(() =>
    client.get(`/assets/${created.id}`, { ...context, organizationId: randomUUID() })
  )
  assert.equal(told.status, 404)
  return told
})

await step('delete', async () => {
  const answer = await client.delete(`/assets/${created.id}`, context)
  assert.deepEqual(answer, { success: true })
  return answer
})

await step('error: gone', async () => {
  const told = await refusal(() => client.get(`/assets/${created.id}`, context))
  assert.equal(told.status, 404)
  return told
})

await step('error: bad body', async () => {
  const told = await refusal(() => client.post('/assets', { asset_number: 'P-102, without a name' }, context))
  assert.equal(told.status, 400)
  return told
})

await step('error: unknown service', async () => {
  const told = await refusal(() => client.get('/no-such-service', context))
  assert.equal(told.status, 404)
  return told
})

await step('error: no token', async () => {
  const anonymous = new ServiceClient({ serviceName: 'nobody', baseUrl, apiKey: 'x', serviceRoleKey: 'x' })
  const told = await refusal(() => anonymous.get('/assets', context))
  assert.equal(told.status, 401)
  assert.equal(told.error, 'Unauthorized')
  return told
})
