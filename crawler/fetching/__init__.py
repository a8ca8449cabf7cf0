"""Asking for a page: every rule a request obeys on its way out, and what is made of the answer on its way in.

Wired in ``crawler/settings.py`` in the order data meets it. A spider needs none of this: it yields requests, gets plain
Scrapy responses, and every failure that reaches its errback is a `FetchProblem`. What fetching leaves in
``response.meta`` (and ``failure.request.meta``):

=====================  ==============================================================================================
``fetched_at``         aware UTC datetime, when the answer was complete
``received_headers``   tuple of (name, value) as the server sent them, before codings were undone
``received_status_line``  the first line of the answer, as sent
``sent_headers``       tuple of (name, value) of the request, cookies without their values
``server_address``     the address that answered; None behind a proxy
``redirect_urls``      Scrapy's own: every address asked before this one, the first asked first; also set when the
                       scheme was changed because https (or http) could not connect
``duration_s``         seconds the transfer took, waiting for the host's turn not counted
``not_modified``       True when the server answered 304 and the body is the copy kept from before
``certificate_doubt``  a sentence, when the host's certificate would not satisfy a browser
``tls_doubt``          a sentence, when the host agreed only to TLS that is no longer safe
``robots_txt``         True on fetches of robots.txt
=====================  ==============================================================================================
"""
