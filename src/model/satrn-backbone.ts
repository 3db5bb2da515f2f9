/** The shallow backbone of SATRN (Lee et al., arXiv 1910.04396, "shallow CNN block"): two convolutions, both dimensions kept. */
import type { BackboneSettings, OfKind } from '../config.ts'
import { relu, strided, type Tensor } from '../tensor/index.ts'
import type { FeatureMap } from './feature-map.ts'
import { convolutionLayer, imagePlaces, layImage, maxPoolLayer } from './layers.ts'
import type { Scope } from './scope.ts'

/** `image[B, 3, H, W]` → features `[B, P, D]` of H / 4 rows of W / 4 columns. */
export function satrnBackbone(scope: Scope, settings: OfKind<BackboneSettings, 'satrn'>, image: Tensor): FeatureMap {
  let x = layImage(scope, scope.activation('image', image))
  for (const [place, filters] of settings.widths.entries()) {
    const names = [`encoder.convolutions.${place}`, `encoder.norms.${place}`] as const
    // The same as ReLU, then pooling, for a quarter of the ReLU.
    const pooled = maxPoolLayer(scope, convolutionLayer(scope, x, { names, filters, kernel: 3, padding: [1, 1] }))
    x = scope.activation(names[0], relu(pooled))
  }
  const [rows, columns] = [image.shape[2]! / 4, strided(image.shape[3]!, 4)]
  return { places: imagePlaces(scope, x), rows, columns, firstColumn: 1.5 }
}
