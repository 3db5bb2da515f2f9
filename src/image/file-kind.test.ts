import { expect, test } from 'vitest'
import { describeFile } from './file-kind.ts'

test.each([
  ['%PDF-1.4\n1 0 obj', /^is a PDF document: draw its pages first/],
  ['version https://git-lfs.github.com/spec/v1\noid sha256:4d', /^is a Git LFS pointer, .*: git lfs pull/],
  ['\0\0\0\x18ftypheic\0\0\0\0mif1heic', /^is a HEIC photograph: save it as PNG or JPEG/],
  ['\0\0\0\x1cftypisom\0\0\x02\0', /^is a video: take a picture/],
  ['\n<!DOCTYPE html><html>', /^is a web page, not an image: .* fetch the image again/],
  ['<!-- x --><html lang="en">', /^is a web page/],
  ['\0\0\0\x20ftypmif1\0\0\0\0mif1heic', /^is a HEIC/],
  ['P6\n183 70\n255\n', /^is a Netpbm image/],
  ['\0\0\0\x0cjP  \r\n\x87\n', /^is a JPEG 2000 image/],
  ['PK\x03\x04', /^is an archive: unpack/],
  ['{"error": "not found"}', /^is text, not an image \("\{"error": "not found"\}"\)$/],
  [`word\n${'x'.repeat(900)}`, /^is text, not an image \("word x{35}…"\)$/],
])('%j', (bytes, description) => {
  expect(describeFile(Uint8Array.from(bytes, (character) => character.charCodeAt(0)))).toMatch(description)
})

test('bytes that look like nothing are not described, nor drawings and files that are only damaged', () => {
  for (const text of [
    '<svg><rect</svg>',
    '<?xml version="1.0"?><svg',
    '\0\0\0\x20ftypavif\0\0\0\0',
    '\0\0\0\x20ftypmif1\0\0\0\0mif1avif',
  ])
    expect(describeFile(Uint8Array.from(text, (character) => character.charCodeAt(0)))).toBeNull()
  expect(describeFile(Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0, 0, 0, 0))).toBeNull()
})
