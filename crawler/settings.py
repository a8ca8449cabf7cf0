"""Scrapy's settings, in the order data meets the components. Values come from `gongkai.settings`, never from here.

``scrapy list`` and ``scrapy crawl agency -a site=URL`` read this through scrapy.cfg; `crawler.jobs` reads the same.
"""

from scrapy.settings import default_settings

from gongkai.settings import load_settings

_given = load_settings()

# Spiders -----------------------------------------------------------------------------------------------------------
BOT_NAME = "gongkai"
SPIDER_MODULES = ["spiders"]

# Who asks ----------------------------------------------------------------------------------------------------------
USER_AGENT = _given.user_agent
ROBOTSTXT_USER_AGENT = "Gongkai"
DEFAULT_REQUEST_HEADERS = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "zh-CN,zh;q=0.9,en;q=0.5",
}
REFERRER_POLICY = "unsafe-url"  # lists and downloads of several families answer 403, 404 or an error page without it
COOKIES_ENABLED = True  # one ministry's pages redirect to themselves until the cookie comes back

# How fast ----------------------------------------------------------------------------------------------------------
DOWNLOADER = "crawler.fetching.downloader.Downloader"  # one connection a host, the delay after each answer
DOWNLOAD_DELAY = _given.delay_s
TURNS_DIR = str(_given.state_dir / "hosts")  # crawls side by side reach the same portal: its turns are theirs together
GONGKAI_SHARED_HOSTS = True  # and with a catalog on a server, of the crawls of every machine
CONCURRENT_REQUESTS_PER_DOMAIN = 1
CONCURRENT_REQUESTS = 32  # hosts together; a request waiting for its host's turn counts too

# What a request meets on its way out, top to bottom; the answer comes back from the bottom up ------------------------
DOWNLOADER_MIDDLEWARES = {
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,  # the egress guard decides who may be asked
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,  # takes failures for permission
    "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware": None,  # public pages only
    "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,  # retries at once and knows no Retry-After
    "scrapy.downloadermiddlewares.redirect.MetaRefreshMiddleware": None,  # redirect shells are the spider's to read
    "scrapy.downloadermiddlewares.redirect.RedirectMiddleware": None,  # loses redirects without a word
    "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,  # knows no bombs
    "scrapy.downloadermiddlewares.cookies.CookiesMiddleware": None,  # fetches a list from outside at the first cookie
    "scrapy.downloadermiddlewares.httpcache.HttpCacheMiddleware": None,  # the archive is the memory

    "crawler.fetching.egress.EgressMiddleware": 20,  # no address outside the rules costs anything
    "crawler.fetching.hosts.LeftHostMiddleware": 30,  # nor one of a host that was left
    "crawler.fetching.robots.RobotsMiddleware": 100,  # ask whether we may, before anything else is spent
    # 350 DownloadTimeout, 400 DefaultHeaders, 500 UserAgent: Scrapy's
    "crawler.fetching.backoff.BackoffMiddleware": 550,  # pauses and further tries, after all else had its say
    "crawler.fetching.scheme.SchemeMiddleware": 560,  # the other scheme before a further try of this one
    "crawler.fetching.browser.BrowserMiddleware": 590,  # draws what its spider says only scripts fill; rarely
    "crawler.fetching.redirects.RedirectMiddleware": 600,  # each hop starts again at the top
    "crawler.fetching.challenge.ChallengeMiddleware": 610,  # before a status is taken at face value
    "crawler.fetching.handshake.HandshakeMiddleware": 620,  # a cookie in clear is no challenge
    "crawler.fetching.charset.CharsetMiddleware": 640,  # whoever reads text above reads it right
    "crawler.fetching.conditional.ConditionalMiddleware": 650,  # a 304 becomes the page it stands for
    "crawler.fetching.cookies.CookiesMiddleware": 700,  # carried within a crawl, forgotten after it
    # 750 HttpProxy: Scrapy's
    "crawler.journal.JournalMiddleware": 780,  # the crawl log: what came over the wire, codings undone, nothing judged
    "crawler.fetching.compression.CompressionMiddleware": 800,  # codings undone within bounds
    # 850 DownloaderStats: Scrapy's
    "crawler.fetching.limits.BudgetMiddleware": 900,  # counts what is really sent
    "crawler.fetching.received.ReceivedMiddleware": 950,  # stamps the answer the moment it arrives
}
URLLENGTH_LIMIT = 0  # Scrapy drops long addresses silently; the egress guard refuses them aloud

# The wire ----------------------------------------------------------------------------------------------------------
TWISTED_DNS_RESOLVER = "crawler.fetching.egress.GuardedResolver"  # connections go to the addresses that were checked
DOWNLOAD_HANDLERS = {
    "http": "crawler.fetching.wire.WebDownloadHandler",  # Scrapy's, headers bounded, old TLS where nothing else goes
    "https": "crawler.fetching.wire.WebDownloadHandler",
    "data": None, "file": None, "ftp": None, "s3": None,
}
DOWNLOAD_TIMEOUT = _given.timeout_s
DOWNLOAD_MAXSIZE = _given.max_body_mib * 1024 * 1024
DOWNLOAD_WARNSIZE = 0
DOWNLOAD_TLS_MIN_VERSION = "TLSv1.2"  # old front ends get one try below it; certificates are doubted, not required

# Limits read by crawler.fetching -------------------------------------------------------------------------------------
GONGKAI_ALLOW_HOSTS = list(_given.allow_hosts)
GONGKAI_MAX_REQUESTS = _given.max_requests
GONGKAI_MAX_BACKOFF_S = _given.max_backoff_s
GONGKAI_REST_H = _given.rest_h
GONGKAI_RECHECK = _given.recheck
GONGKAI_BROWSER = _given.browser
GONGKAI_BROWSER_PATH = _given.browser_path
GONGKAI_BROWSER_TIMEOUT_S = _given.browser_timeout_s
GONGKAI_VALIDATORS = "crawler.kept_copies.KeptCopies"  # what is kept need not be sent again
RETRY_TIMES = _given.retries
REDIRECT_MAX_TIMES = _given.max_redirects

# The spider judges statuses: a 404 ends a pager, a 403 is an incident -------------------------------------------------
HTTPERROR_ALLOW_ALL = True

# Where findings go ---------------------------------------------------------------------------------------------------
ITEM_PIPELINES = {
    "crawler.pipelines.NormalisePipeline": 100,  # bytes to text and tables, each file in a child process
    "crawler.pipelines.RecognisePipeline": 200,  # whose report, which year, which cells
    "crawler.pipelines.ArchivePipeline": 300,  # kept for good; its verdict steers the spider
}
_NOBODY_ASKED = {"scrapy.extensions.telnet.TelnetConsole", "scrapy.extensions.remote_control.RemoteControl"}
# Out of Scrapy's own list: with None in ours it would still load them, a fifth of a second of every crawl's start.
EXTENSIONS_BASE = {name: at for name, at in default_settings.EXTENSIONS_BASE.items() if name not in _NOBODY_ASKED}
EXTENSIONS = {
    "crawler.session.ArchiveSession": 100,  # the archive the crawl writes to
    "crawler.fetching.slowing.Slowing": 150,  # a host that answers with other pages than asked is asked more slowly
    "crawler.progress.ProgressEvents": 200,  # live figures for whoever started the crawl
}
FRONTIER_DIR = str(_given.state_dir / "frontiers")  # what is known and not yet done, per site
NEIGHBOURS_FILE = str(_given.state_dir / "neighbours.db")  # where lists were found, per prefecture

# What Scrapy opens by itself and nobody asked for --------------------------------------------------------------------
REMOTE_CONTROL_ENABLED = False  # a local HTTP server that runs Python code
TELNETCONSOLE_ENABLED = False

LOG_LEVEL = _given.log_level
