import { parse } from 'tldts';
import { SHARED_HOSTS } from './presets/shared-hosts';

/**
 * The host of a web address, lower case, without `www.`, path and port: `https://www.Acme.com:8080/en` → `acme.com`. Null for what names no host under a public
 * suffix (a number, a single word, an IP address).
 */
export function domainOfWebsite(website: string): string | null {
  const parsed = parse(website.trim(), { allowPrivateDomains: false });
  const isPublic = parsed.hostname !== null && parsed.domain !== null && parsed.isIp !== true && parsed.isIcann === true;
  return isPublic && parsed.hostname !== null ? parsed.hostname.toLowerCase().replace(/^www\d?\./, '').replace(/\.$/, '') : null;
}

/** Does the host belong to many: a mail provider, a social network, a site builder, or something under one of them? */
export function isSharedHost(domain: string): boolean {
  const labels = domain.split('.');
  return labels.some((_, at) => SHARED_HOSTS.has(labels.slice(at).join('.')));
}
