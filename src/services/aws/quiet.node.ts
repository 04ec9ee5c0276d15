const variable = 'AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED';

/** Makes a client without the SDK's word on standard error about versions of Node to come, which is for those who install it, not for ours. */
export function quietly<T>(make: () => T): T {
  const before = process.env[variable];
  process.env[variable] = 'true';
  try {
    return make();
  } finally {
    if (before === undefined) delete process.env[variable];
    else process.env[variable] = before;
  }
}
