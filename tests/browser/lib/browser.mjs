const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Headless Chromium of the system, with a user folder of its own that goes when it ends. */
export async function launchBrowser() {
  const { chromium } = await import('playwright-core').catch(() => {
    throw new Error('playwright-core is missing. Remedy: npm ci --prefix tests/browser');
  });
  const executablePath = process.env.LIGHTSTICK_CHROMIUM ?? '/usr/bin/chromium';
  return chromium.launch({ executablePath, args, handleSIGINT: false, handleSIGTERM: false, handleSIGHUP: false });
}
