"""Names of countries, as lists write them, as ISO 3166 alpha-2 codes; a name that is not known gives none."""

_NAMES = """Afghanistan AF|Albania AL|Algeria DZ|Angola AO|Argentina AR|Armenia AM|Australia AU|Austria AT|
Azerbaijan AZ|Bahrain BH|Bangladesh BD|Belarus BY|Belgium BE|Belize BZ|Bolivia BO|
Bosnia and Herzegovina BA|Brazil BR|Bulgaria BG|
Burma MM|Myanmar MM|Burundi BI|Cambodia KH|Cameroon CM|Canada CA|Cayman Islands KY|Central African Republic CF|Chad TD|
Chile CL|China CN|People's Republic of China CN|Colombia CO|Comoros KM|Congo CG|
Congo, Democratic Republic of the CD|Democratic Republic of the Congo CD|Cook Islands CK|Costa Rica CR|
Cote d Ivoire CI|Croatia HR|Cuba CU|Cyprus CY|Czech Republic CZ|Czechia CZ|Denmark DK|Djibouti DJ|
Dominican Republic DO|Ecuador EC|Egypt EG|El Salvador SV|Equatorial Guinea GQ|Eritrea ER|Estonia EE|Ethiopia ET|
Finland FI|France FR|Gabon GA|Gambia GM|Georgia GE|Germany DE|Ghana GH|Greece GR|Guatemala GT|Guinea GN|
Guinea-Bissau GW|Guyana GY|Haiti HT|Honduras HN|Hong Kong HK|Hungary HU|Iceland IS|India IN|Indonesia ID|Iran IR|
Iran, Islamic Republic of IR|Iran (Islamic Republic of) IR|Iraq IQ|Ireland IE|Israel IL|Italy IT|Jamaica JM|Japan JP|
Jordan JO|Kazakhstan KZ|Kenya KE|Korea, North KP|North Korea KP|Democratic People's Republic of Korea KP|
Korea, South KR|South Korea KR|Kosovo XK|Kuwait KW|Kyrgyzstan KG|Laos LA|Latvia LV|Lebanon LB|Liberia LR|Libya LY|
Liechtenstein LI|Lithuania LT|Luxembourg LU|Malaysia MY|Maldives MV|Mali ML|Malta MT|Marshall Islands MH|
Mauritania MR|Mauritius MU|Mexico MX|Moldova MD|Monaco MC|Mongolia MN|Montenegro ME|Morocco MA|Mozambique MZ|
Namibia NA|Nepal NP|Netherlands NL|Netherlands, The NL|New Zealand NZ|Nicaragua NI|Niger NE|Nigeria NG|
North Macedonia MK|Norway NO|Oman OM|Pakistan PK|Palestinian PS|Panama PA|Paraguay PY|Peru PE|Philippines PH|
Poland PL|Portugal PT|Qatar QA|Romania RO|Russia RU|Russian Federation RU|Rwanda RW|Samoa WS|Saudi Arabia SA|
Senegal SN|Serbia RS|Seychelles SC|Sierra Leone SL|Singapore SG|Slovakia SK|Slovenia SI|Somalia SO|South Africa ZA|
South Sudan SS|Spain ES|Sri Lanka LK|Sudan SD|Sudan, The SD|Suriname SR|Sweden SE|Switzerland CH|Syria SY|
Syrian Arab Republic SY|Taiwan TW|Tajikistan TJ|Tanzania TZ|Thailand TH|Togo TG|Trinidad and Tobago TT|Tunisia TN|
Turkey TR|Turkiye TR|Turkmenistan TM|Uganda UG|Ukraine UA|United Arab Emirates AE|United Kingdom GB|
United States US|United States of America US|Uruguay UY|Uzbekistan UZ|Venezuela VE|Vietnam VN|Viet Nam VN|
Virgin Islands, British VG|Yemen YE|Zambia ZM|Zimbabwe ZW"""
_CODES = {
    line.strip()[:-3].casefold(): line.strip()[-2:]
    for line in _NAMES.replace("\n", "").split("|")
    if line.strip()
}


def country_code(text: str) -> str | None:
    """Return the code of a country that is given by name or code; None when it is not known."""
    plain = text.strip()
    if len(plain) == 2 and plain.isalpha():
        return plain.upper()
    return _CODES.get(plain.casefold())
