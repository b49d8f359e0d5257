import { expect, test } from 'vitest'
import { selects, widened } from './project-filter.ts'

test.each([
  [[], 'load', true],
  [['load'], 'load', true],
  [['LOAD'], 'load', true],
  [['unit'], 'load', false],
  [['lo*'], 'load', true],
  [['*'], 'load', true],
  [['lo.d'], 'load', false],
  [['!load'], 'load', false],
  [['!unit'], 'load', true],
  [['unit', 'load'], 'load', true],
  [['load', '!l*'], 'load', false],
  [['a'], 'a (load)', true],
  [['app'], 'app (sub) (load)', true],
  [['!app'], 'app (sub) (load)', false],
  [['load'], 'a (load)', false],
  [['*(load)'], 'a (load)', true],
])('filter %j selects project %j: %j', (filter, project, expected) => {
  expect(selects(filter, project)).toBe(expected)
})

test.each([
  [['load'], ['load']],
  [['*'], ['*']],
  [['unit'], ['unit', 'load']],
  // A pattern cannot exclude all projects of an exclusion except one.
  [['!load'], []],
  [['a', '!l*'], []],
])('widens filter %j to %j', (filter, expected) => {
  const wider = widened(filter, 'load')
  expect(wider).toEqual(expected)
  expect(selects(wider, 'load')).toBe(true)
})
