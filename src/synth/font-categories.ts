/**
 * How often street and shop signs are set in each kind of type, and which open families (names of @fontsource
 * packages) are of that kind. A family that no kind lists counts as `display`.
 */
export interface FontCategory {
  /** Relative share of signs. */
  readonly share: number
  readonly families: readonly string[]
}

export const FONT_CATEGORIES: Readonly<Record<string, FontCategory>> = {
  sans: {
    share: 36,
    families: names(`
    arimo roboto open-sans lato montserrat poppins inter source-sans-3 work-sans nunito-sans raleway noto-sans fira-
    sans hind karla rubik barlow public-sans libre-franklin archivo cabin dm-sans mukta titillium-web ubuntu oxygen
    jost league-spartan questrial didact-gothic prompt kanit exo-2 play signika maven-pro figtree outfit overpass
    red-hat-display albert-sans lexend mulish merriweather-sans asap alata tenor-sans josefin-sans urbanist
    metropolis ibm-plex-sans b612 dejavu-sans cantarell gothic-a1 actor
  `),
  },
  condensed: {
    share: 12,
    families: names(`
    roboto-condensed archivo-narrow barlow-condensed oswald bebas-neue anton fjalla-one league-gothic pathway-
    extreme antonio pt-sans-narrow open-sans-condensed ubuntu-condensed fira-sans-extra-condensed saira-extra-
    condensed big-shoulders-display teko khand yanone-kaffeesatz asap-condensed sofia-sans ibm-plex-sans-condensed
    encode-sans-condensed norwester staatliches abel londrina-solid mouse-memoirs
  `),
  },
  rounded: {
    share: 5,
    families: names(`
    varela-round nunito quicksand comfortaa m-plus-rounded-1c fredoka baloo-2 sniglet coiny paytone-one bubblegum-
    sans chewy titan-one luckiest-guy lilita-one modak
  `),
  },
  wide: {
    share: 4,
    families: names(`
    michroma krona-one unbounded special-gothic-expanded-one dela-gothic-one rubik-mono-one orbitron
    audiowide aldrich oxanium syne
  `),
  },
  slab: {
    share: 7,
    families: names(`
    roboto-slab arvo rokkitt bitter zilla-slab aleo bree-serif sanchez hepta-slab special-elite alfa-slab-one
    graduate patua-one bowlby-one-sc
  `),
  },
  serif: {
    share: 14,
    families: names(`
    tinos playfair-display merriweather lora eb-garamond crimson-text pt-serif libre-baskerville libre-caslon-text
    abril-fatface bodoni-moda dm-serif-display cinzel cinzel-decorative old-standard-tt vollkorn cormorant-garamond
    prata yeseva-one cardo volkhov unna domine noto-serif marcellus italiana spectral rufina gloock suez-one caladea
    im-fell-english caprasimo calistoga
  `),
  },
  display: {
    share: 8,
    families: names(`
    archivo-black bangers bungee bungee-shade cabin-sketch carter-one changa-one climate-crisis creepster days-one
    ewert fredericka-the-great freehand iceland jockey-one monoton nosifer passion-one poiret-one purple-purse
    quantico rammetto-one righteous rowdies russo-one shrikhand sigmar-one spicy-rice
  `),
  },
  script: {
    share: 5.5,
    families: names(`
    pacifico satisfy courgette kaushan-script damion cookie great-vibes sacramento yellowtail grand-hotel berkshire-
    swash dancing-script allura alex-brush marck-script tangerine pinyon-script sansita lobster lobster-two
    parisienne rochester
  `),
  },
  hand: {
    share: 4,
    families: names(`
    permanent-marker caveat caveat-brush indie-flower shadows-into-light patrick-hand gloria-hallelujah
    rock-salt covered-by-your-grace architects-daughter gochi-hand handlee kalam schoolbell neucha reenie-beanie
    balsamiq-sans comic-neue sriracha
  `),
  },
  machine: {
    share: 2.5,
    families: names(`
    doto dotgothic16 handjet press-start-2p vt323 silkscreen pixelify-sans jersey-10 micro-5 tiny5 share-tech-mono
    courier-prime space-mono roboto-mono inconsolata cousine
  `),
  },
  stencil: {
    share: 1.2,
    families: names(`
    saira-stencil-one big-shoulders-text black-ops-one
  `),
  },
  blackletter: {
    share: 0.8,
    families: names(`
    unifrakturcook unifrakturmaguntia uncial-antiqua medievalsharp germania-one
  `),
  },
  // Drawn for displays alone: see `panel.ts`.
  segments: {
    share: 0,
    families: names(`
    dseg7-classic dseg7-modern dseg14-classic dseg14-modern
  `),
  },
}

function names(list: string): string[] {
  return list.trim().split(/\s+/)
}
