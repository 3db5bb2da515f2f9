import { describe, expect, test } from 'vitest'
import { tensorSpecs } from '../../src/model/safl.ts'
import { loadPreset, presetNames } from '../../src/presets/index.ts'
import { sizeOf } from '../../src/tensor/index.ts'

function countParameters(preset: string, prefix = ''): number {
  return tensorSpecs(loadPreset(preset).model)
    .filter(({ name, kind }) => kind === 'parameter' && name.startsWith(prefix))
    .reduce((total, { shape }) => total + sizeOf(shape), 0)
}

describe('parameters', () => {
  test("base has the paper's model, to the last one", () => {
    expect(countParameters('base', 'decoder.decoder.tgt_embedding')).toBe(50_176)
    expect(countParameters('base', 'decoder.decoder.fc')).toBe(49_761)
    expect(countParameters('base', 'encoder.') / 1e6).toBeCloseTo(12.99, 2)
    expect(countParameters('base', 'stn_head.') / 1e6).toBeCloseTo(1.85, 2)
    expect(countParameters('base', 'decoder.decoder.decoder.') / 1e6).toBeCloseTo(29.43, 2)
    expect(countParameters('base')).toBe(44_377_193)
    expect(countParameters('authors')).toBe(44_377_193)
  })

  test('tiny has at most 4 million', () => {
    expect(countParameters('tiny')).toBeLessThanOrEqual(4_000_000)
  })

  test("names are those of the authors' state dict, each once", () => {
    const shapes = new Map(tensorSpecs(loadPreset('base').model).map(({ name, shape }) => [name, shape.join('x')]))
    expect(shapes.get('encoder.layer1.0.conv1.weight')).toBe('32x32x1x1')
    expect(shapes.get('encoder.layer5.0.downsample.1.running_var')).toBe('512')
    expect(shapes.get('decoder.decoder.decoder.decoder.layers.0.multihead_attn.in_proj_weight')).toBe('1536x512')
    expect(shapes.get('decoder.decoder.decoder.encoder.norm.bias')).toBe('512')
    expect(shapes.get('stn_head.stn_fc2.bias')).toBe('40')
    for (const preset of presetNames) {
      const names = tensorSpecs(loadPreset(preset).model).map(({ name }) => name)
      expect(new Set(names).size).toBe(names.length)
    }
  })
})
