/** The `type:` field of `ENC[…]`; what a comment is sealed as has the type `comment`. */
export type ScalarType = 'str' | 'int' | 'float' | 'bool' | 'bytes' | 'time';
