import type { Context } from '../../ports.ts';
import { sendJson } from '../../services/http.node.ts';
import { fieldIn, textIn } from '../../services/json-field.ts';
import { ServiceFailure } from '../../services/service-failure.ts';
import { rememberingWhile } from '../../services/lasting.ts';
import type { Credentials } from './credentials.ts';
import { explain } from './explain.ts';
import { iamEndpoint } from './region.ts';
import { sign } from './signature.node.ts';

const remembered = rememberingWhile<string>(() => true);

/** The project of a region: the one that the credentials name, else the only one that IAM has. Real sops crashes where IAM has none, several, or does not answer; this throws. */
export async function projectOf(region: string, credentials: Credentials, context: Context, signal?: AbortSignal): Promise<string> {
  const { projectId, accessKey } = credentials;
  return (
    projectId ?? remembered(context, `${accessKey} ${region}`, async (unwanted) => lookUp(region, credentials, context, unwanted), signal)
  );
}

async function lookUp(region: string, credentials: Credentials, context: Context, signal: AbortSignal): Promise<string> {
  const url = new URL(`${credentials.iam ?? iamEndpoint(context.env, region)}/v3/projects?name=${encodeURIComponent(region)}`);
  const request = { method: 'GET', url, headers: {}, body: '' } as const;
  const answer = await sendJson({ method: 'GET', url: url.href, headers: sign(request, credentials, context.now()) }, context, signal);
  if (answer.status !== 200) throw new ServiceFailure(`IAM does not tell the project of ${region}: ${explain(answer)}`);
  const projects = fieldIn(answer.json, 'projects');
  const ids = Array.isArray(projects) ? projects.map((project: unknown) => textIn(project, 'id')).filter((id) => id !== '') : [];
  const [id] = ids;
  if (id !== undefined && ids.length === 1) return id;
  throw new ServiceFailure(
    `IAM knows ${ids.length === 0 ? 'no project' : 'several projects'} of ${region}: set HUAWEICLOUD_SDK_PROJECT_ID${ids.length === 0 ? '' : ` to one of ${ids.join(', ')}`}`,
  );
}
