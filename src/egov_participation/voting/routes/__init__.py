"""Pages, files and data of votes, on the main site and on the booth's."""

from egov_participation.voting.routes import api, archive, booth, entering, public, trustees

routes = [*public.routes, *entering.routes, *trustees.routes, *archive.routes, *api.routes, *booth.routes]
