/**
 * Hosts that belong to no single company: a domain on one of them, or under one of them, never identifies a company.
 * Compiled from the vendors' own public names, 2026-11. Table of data.
 */
export const SHARED_HOSTS: ReadonlySet<string> = new Set(
  `
  gmail.com googlemail.com outlook.com hotmail.com hotmail.co.uk hotmail.fr hotmail.de hotmail.it hotmail.es live.com live.co.uk live.nl msn.com yahoo.com yahoo.co.uk
  yahoo.co.jp yahoo.co.in yahoo.fr yahoo.de yahoo.it yahoo.es yahoo.com.br yahoo.ca ymail.com rocketmail.com aol.com aim.com icloud.com me.com mac.com proton.me protonmail.com
  pm.me gmx.de gmx.net gmx.com gmx.at gmx.ch web.de t-online.de freenet.de arcor.de mail.de posteo.de mailbox.org mail.com email.com usa.com inbox.com zoho.com zohomail.com
  fastmail.com fastmail.fm hushmail.com tutanota.com tuta.io yandex.ru yandex.com ya.ru mail.ru bk.ru list.ru inbox.ru rambler.ru qq.com 163.com 126.com sina.com sohu.com
  naver.com daum.net hanmail.net orange.fr wanadoo.fr free.fr laposte.net sfr.fr neuf.fr libero.it virgilio.it tiscali.it alice.it tin.it bluewin.ch hispeed.ch telenet.be
  skynet.be ziggo.nl kpnmail.nl xs4all.nl planet.nl home.nl btinternet.com virginmedia.com sky.com talktalk.net ntlworld.com blueyonder.co.uk comcast.net verizon.net att.net
  sbcglobal.net bellsouth.net cox.net charter.net earthlink.net juno.com optonline.net roadrunner.com rr.com shaw.ca rogers.com sympatico.ca telus.net bigpond.com bigpond.net.au
  optusnet.com.au uol.com.br bol.com.br terra.com.br ig.com.br wp.pl o2.pl onet.pl interia.pl seznam.cz centrum.cz abv.bg rediffmail.com mailinator.com
  facebook.com fb.com fb.me m.me instagram.com twitter.com x.com t.co linkedin.com lnkd.in youtube.com youtu.be tiktok.com pinterest.com snapchat.com reddit.com tumblr.com
  vk.com ok.ru weibo.com xing.com whatsapp.com wa.me t.me telegram.me discord.com discord.gg threads.net bsky.app medium.com substack.com quora.com vimeo.com flickr.com
  yelp.com tripadvisor.com google.com goo.gl maps.app.goo.gl bit.ly tinyurl.com linktr.ee about.me crunchbase.com wikipedia.org github.com gitlab.com github.io gitlab.io
  wordpress.com wordpress.org blogspot.com blogger.com wix.com wixsite.com squarespace.com weebly.com weeblysite.com webflow.io godaddysites.com jimdo.com jimdofree.com
  jimdosite.com strikingly.com site123.me webnode.com webnode.page ucoz.com tilda.ws carrd.co notion.site notion.so sites.google.com business.site herokuapp.com vercel.app
  netlify.app pages.dev web.app firebaseapp.com azurewebsites.net cloudfront.net amazonaws.com myshopify.com shopify.com etsy.com ebay.com ebay.de amazon.com amazon.co.uk
  amazon.de bigcartel.com square.site mystrikingly.com hubspotpagebuilder.com hs-sites.com mailchimpsites.com typepad.com livejournal.com angelfire.com tripod.com geocities.com
  bandcamp.com soundcloud.com spotify.com meetup.com eventbrite.com gofundme.com patreon.com calendly.com trustpilot.com glassdoor.com indeed.com
  `.trim().split(/\s+/),
);
