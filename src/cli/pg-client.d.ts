// The client alone: the whole of `pg` has a pool that no bundler puts together rightly.
declare module 'pg/lib/client.js' {
  export { Client as default } from 'pg';
}
