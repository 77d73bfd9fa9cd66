import { describe, expect, it } from 'vitest'
import { readMetricsAddress } from './endpoint.ts'

describe('the address of the metrics', () => {
  it('is on this machine only, unless another is written', () => {
    expect(readMetricsAddress('9464')).toEqual({ host: '127.0.0.1', port: 9464 })
    expect(readMetricsAddress('0.0.0.0:9464')).toEqual({ host: '0.0.0.0', port: 9464 })
    expect(readMetricsAddress('[::]:9464')).toEqual({ host: '::', port: 9464 })
    expect(readMetricsAddress('localhost:1')).toEqual({ host: 'localhost', port: 1 })
    expect(readMetricsAddress('off')).toBe(false)
  })

  it.each(['on', '0', '65536', ':9464', 'http://localhost:9464', '9464/metrics', '::9464', '1.2.3.4', '-1'])(
    'cannot be %s',
    text => {
      expect(readMetricsAddress(text)).toBe('wrong')
    },
  )
})
