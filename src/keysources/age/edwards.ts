const prime = 2n ** 255n - 19n;
const d = 37095705934669439343138083508754565189542113879843219016388785533085940283555n;

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (let square = base % prime, left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) result = (result * square) % prime;
    square = (square * square) % prime;
  }
  return result;
}

const inverse = (value: bigint): bigint => power(value, prime - 2n);
/** By Euler's criterion. */
const isSquare = (value: bigint): boolean => power(value, (prime - 1n) / 2n) !== prime - 1n;

/** The X25519 form of an Ed25519 public key, both of 32 bytes; undefined for what is no point of the curve. Not for secrets: its time depends on the point. */
export function montgomeryPoint(point: Uint8Array): Uint8Array | undefined {
  const number = point.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  const y = BigInt.asUintN(255, number) % prime;
  const squareOfX = (y * y + prime - 1n) * inverse(d * y * y + 1n);
  if (point.length !== 32 || !isSquare(squareOfX % prime)) return undefined;
  let u = ((1n + y) * inverse(prime + 1n - y)) % prime;
  return Uint8Array.from({ length: 32 }, () => {
    const byte = Number(u & 255n);
    u >>= 8n;
    return byte;
  });
}
