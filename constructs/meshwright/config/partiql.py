"""The keywords of PartiQL: in a row filter, a column of such a name is written in double quotes.

https://docs.aws.amazon.com/lake-formation/latest/dg/partiql-support.html names a few and refers to PartiQL
for the others: PartiQLTokens.g4 in https://github.com/partiql/partiql-lang-kotlin. YEAR and MONTH are free.
"""

KEYWORDS = frozenset(
    """
    absolute action add all allocate alter any are as asc assertion at authorization avg bag begin
    bigint bit bit_length blob bool boolean by can_cast can_lossless_cast cascade cascaded case cast
    catalog char char_length character character_length check clob close coalesce collate collation
    column commit conflict connect connection constraint constraints continue convert corresponding
    count create cross current current_date current_time current_timestamp current_user cursor date
    date_add date_diff deallocate dec decimal declare default deferrable deferred delete desc describe
    descriptor diagnostics disconnect distinct do domain double drop else end escape except exception
    excluded exec execute exists external extract fetch first float for foreign found from full get
    global go goto grant group having identity immediate index indicator initially inner input
    insensitive insert int int2 int4 int8 integer integer2 integer4 integer8 intersect interval into
    isolation join key language last lateral left let level limit list local lower match max min missing
    modified module names national natural nchar new next no nothing nullif nulls numeric octet_length
    of offset old on only open option order outer output overlaps pad partial pivot position precision
    prepare preserve primary prior privileges procedure public read real references relative remove
    replace restrict returning revoke right rollback rows schema scroll section select session
    session_user set sexp shortest size smallint some space sql sqlcode sqlerror sqlstate string struct
    substring sum symbol system_user table temporary then time timestamp to transaction translate
    translation trim tuple union unique unknown unpivot update upper usage user using value values
    varchar varying view when whenever where with work write zone
    """.split()  # noqa: SIM905 (a list of strings would have a line for each)
)
"""In lower case, without the words that row filters themselves consist of."""
