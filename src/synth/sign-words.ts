/** Words that signs, shop fronts, posters and packages carry far more often than a dictionary would say. */
export const SIGN_WORDS: readonly string[] = words(`
sale open closed exit entrance push pull stop no parking street road avenue lane drive square park hotel motel inn
restaurant cafe coffee tea bar pub grill pizza food market shop shops shopping store super supermarket bank atm pharmacy
drugs books music toys shoes fashion hair salon beauty spa nails gym fitness center centre city town hall museum library
school university college church police fire station bus taxi train airport gate platform metro subway way out in up down
left right a an the of and or for to with from at by on off is it as be are was were been has have had do does did done
not but if so we he she they them his her their our your you i my me us its this that these those there here where when
what who why how which can could will would should may might must all any some more most much many few less than then
too very just only also even still ever never always today tomorrow yesterday tonight now new free best fresh hot cold
big small large great good better nice super extra special save buy get one two three four five six seven eight nine ten
first second third half double day days week weeks month year years hour hours minute minutes time monday tuesday
wednesday thursday friday saturday sunday january february march april june july august september october november
december am pm tel fax phone call text www com net org email online web service services customer customers welcome
please thank thanks enter entry caution danger warning private property keep clear smoking men women ladies toilet
restroom lift elevator stairs floor level room rooms office building tower plaza mall garden gardens house home homes
life living live world star stars king queen royal golden gold silver diamond green blue red black white pink orange
yellow north south east west international national american british indian chinese japanese thai italian mexican
vietnamese company group limited ltd inc co bros sons since est chicken burger burgers sandwich sandwiches noodle noodles
sushi rice ice cream bakery bread wine wines beer spirits liquor liquors tobacco lottery theater theatre cinema club
dance jazz show tickets ticket information info tourist travel tours rent rental car cars auto tire tires oil gas wash
repair cleaners laundry dry tailor jewelry jewelers diamonds optical optician dental dentist clinic hospital medical
health care kids baby children child mother father family love peace happy birthday christmas easter summer winter spring
autumn sun sunny moon sky sea beach river lake mountain hill view valley island bay port harbor bridge cross crossing
corner high main old young little long short slow fast speed limit school zone ahead yield one way only no left turn
right turn right wrong walk walking bike bicycle ride riding drive driver truck vehicle vehicles traffic signal detour
road work area end begin start finish next last level deck under over through around between behind front back side
inside outside top bottom middle upper lower public social club association society union federal state county district
department ministry court justice law lawyer attorney notary insurance finance financial credit loan loans money cash
card cards change exchange currency gift gifts flower flowers florist pet pets dog dogs cat cats fish meat vegetable
fruit fruits organic natural nature milk juice water soda cola drink drinks breakfast lunch dinner brunch buffet menu
kitchen dining table cook chef taste tasty delicious sweet sweets candy chocolate cake cakes cookies donuts pie sugar salt
pepper spicy curry kebab steak seafood lobster crab shrimp salad soup pasta cheese egg eggs bacon ham turkey grilled
roasted fried baked art arts artist gallery studio design designer photo photos camera digital computer computers phone
mobile wireless electronics electric power energy light lights lighting furniture carpet carpets kitchen bath bed
mattress hardware paint tools plumbing heating air conditioning glass door doors window windows lock locks key keys
security alarm guard camera guaranteed quality price prices discount offer offers deal deals clearance bargain wholesale
retail outlet factory warehouse depot express delivery pick order takeaway catering party events event wedding bridal
dress suits shirt shirts jeans pants leather bags bag boots hats watch watches glasses perfume cosmetics makeup skin
body massage therapy wellness yoga sports sport football soccer baseball basketball tennis golf swimming pool billiards
bowling casino games game play player video movie movies film films radio television news paper press magazine post
mail letter stamp print printing copy copies sign signs banner learn learning education academy institute training
class classes student students teacher science history english math test exam book reading writing language job jobs
hiring wanted help career business management manager director president doctor nurse patient emergency ambulance
rescue safety first aid fire extinguisher exit hose alarm electrical voltage high flammable poison toxic keep out do not
enter authorized personnel only trespassing prohibited allowed required permit reserved handicapped disabled visitor
visitors guest guests staff members member membership register registration apply application join contact address
london york paris tokyo singapore hongkong sydney melbourne california texas florida boston chicago angeles francisco
diego jersey washington virginia georgia india delhi mumbai bombay china japan korea thailand france germany italy spain
england ireland scotland canada mexico brazil africa europe asia america australia michael john james david george
william thomas robert charles joseph mary anna maria elizabeth smith johnson brown jones miller davis wilson taylor
clark lewis walker hall allen young king scott adams baker nelson carter parker edwards collins stewart morris murphy
the and of to in for the and of to in for
`)

function words(text: string): string[] {
  return text.trim().split(/\s+/)
}
